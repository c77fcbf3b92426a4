"""What stands out and what to do next: sentences computed from the review, most important first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from quanyu.figure import change, day, percent, short
from quanyu.plan.review import Review
from quanyu.text import Language, translate

Tone = Literal["good", "bad", "note"]


@dataclass(frozen=True)
class Advice:
    """One thing that stands out, what to do about it ("" if nothing), and what it is about: the name of its rule."""

    tone: Tone
    says: str
    do: str = ""
    about: str = ""


Rule = Callable[[Review, Language], "Advice | None"]


def advice(review: Review, language: Language) -> tuple[Advice, ...]:
    """Return what stands out, most important first."""
    sentences = [(name, rule(review, language)) for name, rule in RULES.items()]
    return tuple(replace(sentence, about=name) for name, sentence in sentences if sentence)


def revenue(review: Review, language: Language) -> Advice | None:
    """Revenue against the period before, and whether orders or their value moved it."""
    card = review.card("net_revenue")
    if card.value is None:
        return None
    values = {"days": card.period.days, "amount": short(card.value, language, review.currency)}
    orders, worth = review.card("n_orders").change, review.card("aov_per_order").change
    if card.change is None or orders is None or worth is None:
        return Advice(
            "note", translate("Net revenue of the last {days} days is {amount}.", language, **values)
        )
    says = (
        "Net revenue of the last {days} days is {amount}, {change} on the {days} days before: "
        "orders {orders}, order value {worth}."
    )
    values |= {"change": change(card.change), "orders": change(orders), "worth": change(worth)}
    is_orders = abs(orders) >= abs(worth)
    do = (
        "More orders moved it; keep the traffic that brought them."
        if is_orders
        else "The size of baskets moved it."
    )
    if card.change < 0:
        do = (
            "Fewer orders moved it: bring back the valuable buyers below before buying new traffic."
            if is_orders
            else "Smaller baskets moved it: try bundles and a threshold for free shipping."
        )
    tone: Tone = "good" if card.change >= 0 else "bad"
    return Advice(tone, translate(says, language, **values), translate(do, language))


def refunds(review: Review, language: Language) -> Advice | None:
    """Refunds that rose, or are high."""
    card = review.card("refund_rate")
    rate, before = card.value, card.previous
    if rate is None or rate < 0.02 or (before is not None and rate < before * 1.2 and rate < 0.1):
        return None
    if before is None:
        says = translate("Refunds took {rate} of what was paid.", language, rate=percent(rate))
    else:
        says = translate(
            "Refunds took {rate} of what was paid, against {before} in the period before.",
            language, rate=percent(rate), before=percent(before),
        )  # fmt: skip
    return Advice("bad", says, _when_refunded(review, language))


def _when_refunded(review: Review, language: Language) -> str:
    """Name the day that had most of the refunds, if one did."""
    points = review.sums.series("refund", "day", review.period)
    total = sum(point.numerator for point in points)
    top = max(points, key=lambda point: point.numerator)
    if top.numerator < total * 0.3:
        return translate("Look at the reasons by item and channel first.", language)
    return translate(
        "{share} of them fell on {day}: look at the largest order of that day first.", language,
        share=percent(top.numerator / total, 0), day=day(top.on, language, has_year=False),
    )  # fmt: skip


def slipping(review: Review, language: Language) -> Advice | None:
    """Valuable buyers who stay away."""
    away = [group for group in review.groups if group.group_id in {"at_risk", "must_win_back"}]
    n, money = sum(group.n_people for group in away), sum(group.money_amount for group in away)
    if not n:
        return None
    says = translate(
        "{n} valuable buyers stay away; they have spent {amount}, {share} of all.",
        language, n=f"{n:,}", amount=short(money, language, review.currency),
        share=percent(sum(group.money_share for group in away)),
    )  # fmt: skip
    return Advice(
        "bad", says, translate("Win them back first, by personal contact, with a control group.", language)
    )


def champions(review: Review, language: Language) -> Advice | None:
    """How much of the money comes from the best buyers."""
    best = next((group for group in review.groups if group.group_id == "champions"), None)
    if best is None or best.money_share < 0.2:
        return None
    says = translate(
        "{people} of buyers are champions and bring {money} of the money.",
        language, people=percent(best.people_share), money=percent(best.money_share),
    )  # fmt: skip
    return Advice(
        "good", says, translate("Give them service and early access rather than discounts.", language)
    )


def newcomers(review: Review, language: Language) -> Advice | None:
    """Whether money comes from new or old buyers."""
    new = review.sums.value("net_revenue", review.period, "new_old", "new")
    old = review.sums.value("net_revenue", review.period, "new_old", "old")
    share = review.card("new_buyer_share").value
    if not new or not old or share is None or new + old <= 0:
        return None
    says = translate(
        "{share} of buyers were new and brought {money} of the money of known buyers.",
        language, share=percent(share), money=percent(new / (new + old)),
    )  # fmt: skip
    do = (
        "The shop lives on old buyers: watch their return."
        if share < 0.4
        else "Bring the new ones to a second order."
    )
    return Advice("note", says, translate(do, language))


def repurchase(review: Review, language: Language) -> Advice | None:
    """How many of a year's buyers come back."""
    card = next(
        (candidate for candidate in review.yearly if candidate.metric.name == "repurchase_rate"), None
    )
    if card is None or card.value is None:
        return None
    says = translate(
        "{rate} of the year's buyers bought on two or more days.", language, rate=percent(card.value)
    )
    return Advice("note", says)


def spending(review: Review, language: Language) -> Advice | None:
    """What advertising cost and what came in beside it."""
    card, share = review.card("cost"), review.card("cost_share").value
    if not card.value or share is None:
        return None
    says = translate(
        "Advertising cost {cost}, {share} of what was paid; a new buyer cost at most {cac}.",
        language, cost=short(card.value, language, review.currency), share=percent(share),
        cac=short(review.card("cac").value, language, review.currency),
    )  # fmt: skip
    return Advice(
        "note", says, translate("This is blended; only a test shows what advertising caused.", language)
    )


def unknown(review: Review, language: Language) -> Advice | None:
    """Money from orders without a customer."""
    known = review.sums.sums("aov_per_buyer", review.period).get("all")
    all_paid = review.sums.sums("aov_per_order", review.period).get("all")
    if not known or not all_paid or not all_paid[0] or known[0] / all_paid[0] > 0.95:
        return None
    says = translate(
        "{share} of what was paid came from orders without a customer.", language,
        share=percent(1 - known[0] / all_paid[0]),
    )  # fmt: skip
    return Advice(
        "note", says, translate("They cannot be reached: ask for a member number at checkout.", language)
    )


def quality(review: Review, language: Language) -> Advice | None:
    """Data that is not in order."""
    bad = [finding for finding in review.findings if finding.severity in {"warning", "stop"}]
    n_rejects = sum(n for _, n in review.rejects)
    if not bad and not n_rejects:
        return None
    says = translate(
        "{n} checks of the data are not in order and {rejects} rows were refused.",
        language, n=len(bad), rejects=f"{n_rejects:,}",
    )  # fmt: skip
    return Advice(
        "note", says, translate("See the section on data before trusting a small difference.", language)
    )


RULES: Mapping[str, Rule] = {
    "revenue": revenue, "refunds": refunds, "slipping": slipping, "champions": champions, "newcomers": newcomers,
    "spending": spending, "unknown": unknown, "repurchase": repurchase, "quality": quality,
}  # fmt: skip
