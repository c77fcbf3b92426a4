"""What to do with the money, in a sentence and in cards: what is proposed, or why nothing is and what that would need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nicegui import ui

from quanyu import figure
from quanyu.decide.budget import budget_read
from quanyu.decide.read import decisions
from quanyu.ledger import Decision
from quanyu.tables.owned.decided import REFUSALS, SCENARIOS
from quanyu.text import Text
from quanyu.web.pages.labels import slice_label
from quanyu.web.parts.decision import verdict
from quanyu.web.parts.notice import lead
from quanyu.web.view import View

NEEDS: Mapping[str, Text] = {
    "no_spend": "A proposal needs spend of the last 28 days: load the ad reports of your platforms.",
    "no_curve_known": "A proposal needs a channel whose effect is known; a test of its spend would tell.",
    "gain_uncertain": "A proposal needs a gain with a probability of {asked} or more; the best division reaches {p}.",
    "no_better": "A proposal needs a division that brings more; curves are drawn anew every turn.",
    "out_of_reach": "A proposal of this total needs lower floors or larger steps than {step} a turn: settings, [budget].",
    "blind": "A proposal needs to know something of every channel that it moves; a test of its spend would tell.",
}
"""What a proposal would need, by the reason why there is none."""
MOST = 3
"""Channels named in the sentence; the table has all."""
LEAST_MOVE = 0.005


def answer(view: View, spend_plan: budget_read.BudgetView, chosen: budget_read.ScenarioView) -> None:
    """Say what to do, what it is expected to bring and how sure that is; a proposal that waits is decided here."""
    decision = _decision(view, spend_plan) if chosen.name == SCENARIOS[0] else None
    with ui.element("div").classes("answer"):
        if chosen.status != "proposed":
            lead(*refused(view, spend_plan, chosen))
            return
        lead(*proposed(view, chosen, decision))
        if decision is not None:
            question = view.say(
                "The amounts per channel are written to a file for those who set them on the platforms."
            )
            verdict(view, decision, question)


def proposed(
    view: View, chosen: budget_read.ScenarioView, decision: Decision | None = None
) -> tuple[str, ...]:
    """Return what to do with what it is expected to bring, and how sure that is."""
    told = view.say(
        "{moves} Expected: {gain} more profit a week, and it is {p} sure that it is a gain.",
        moves=_moves(view, chosen), gain=_money(view, chosen.gain), p=figure.sure(chosen.p_gain),
    )  # fmt: skip
    kept = [line for line in chosen.lines if _moved(line) == 0]
    hints = [
        view.say(
            "In 95 of 100 cases it is between {low} and {high} a week.",
            low=_money(view, chosen.gain_low), high=_money(view, chosen.gain_high),
        ),
        view.say("The other {n} channels keep what they have.", n=len(kept)) if kept else "",
        "" if chosen.name == SCENARIOS[0] else view.say("To look at only: what is decided is the total as now."),
    ]  # fmt: skip
    return _by_whom(view, decision) + told, *hints


def refused(
    view: View, spend_plan: budget_read.BudgetView, chosen: budget_read.ScenarioView
) -> tuple[str, str]:
    """Return that the money stays as it is with the reason, and what a proposal would need."""
    reason = view.say(REFUSALS[chosen.reason]) if chosen.reason in REFUSALS else chosen.reason
    needs = NEEDS.get(chosen.reason, "")
    hint = view.say(
        needs, p=figure.sure(chosen.p_gain), asked=figure.percent(spend_plan.confidence, 0),
        step=figure.percent(spend_plan.step, 0),
    ) if needs else ""  # fmt: skip
    return view.say("Leave the money as it is: {reason}.", reason=reason), hint


def figures(
    view: View, spend_plan: budget_read.BudgetView, chosen: budget_read.ScenarioView
) -> Sequence[tuple[Text, str, str]]:
    """Return the figures of a proposal as cards; without one, those of today and what a proposal would need."""
    now: tuple[Text, str, str] = (
        "Present spend", _money(view, chosen.current),
        view.say("Mean per day of the last 28 days, all ad channels."),
    )  # fmt: skip
    return now, *(_gained if chosen.status == "proposed" else _needed)(view, spend_plan, chosen)


def _gained(
    view: View, spend_plan: budget_read.BudgetView, chosen: budget_read.ScenarioView
) -> Sequence[tuple[Text, str, str]]:
    limits = view.say(
        "No channel moves by more than {step} in one turn; floors, caps and the total are kept.",
        step=figure.percent(spend_plan.step, 0),
    )
    return (
        ("Proposed spend", _money(view, chosen.proposed), limits),
        ("Expected gain a week", _signed(view, chosen.gain), view.say(
            "Profit: margin of the orders caused, less spend, against the present division; the mean over all draws of the curves.")),
        ("Probability of a gain", figure.sure(chosen.p_gain), view.say("Share of the draws in which the change is a gain.")),
        ("Reserve", _money(view, chosen.reserve), view.say(
            "What is not given to any channel: kept back by the settings, or not worth spending.")),
    )  # fmt: skip


def _needed(
    view: View, spend_plan: budget_read.BudgetView, chosen: budget_read.ScenarioView
) -> Sequence[tuple[Text, str, str]]:
    n = sum(line.status == "known" for line in chosen.lines)
    known = view.say("{n} of {all}", n=n, all=len(chosen.lines))
    return (
        ("Channels whose effect is known", known, view.say(
            "A proposal moves money between these only: by a curve that stands out from the noise, or by a test of spend.")),
        ("Probability asked for", figure.percent(spend_plan.confidence, 0), view.say(
            "Nothing is proposed where a gain is less probable; settings, [budget] confidence.")),
        ("Largest step in one turn", figure.percent(spend_plan.step, 0), view.say(
            "No channel moves by more in one turn; settings, [budget] step.")),
    )  # fmt: skip


def _decision(view: View, spend_plan: budget_read.BudgetView) -> Decision | None:
    """Return the decision that stands for this proposal, once a turn has put it on record."""
    recorded: list[Decision] = view.ask(decisions, "budget")
    proposal_id = spend_plan.proposal_id
    return next((decision for decision in recorded if decision.decision_id.endswith(proposal_id)), None)


def _by_whom(view: View, decision: Decision | None) -> str:
    """Say who decided and when; nothing while the proposal waits."""
    if decision is None or decision.decided_at is None:
        return ""
    on = f"{decision.decided_at.astimezone(view.ws.settings.zone):%Y-%m-%d %H:%M}"
    declined: Text = "Declined by {who} on {on}, so the money stays as it is. It was: "
    approved: Text = "Approved by {who} on {on}: "
    return view.say(declined if decision.status == "declined" else approved, who=decision.decided_by, on=on)


def _moves(view: View, chosen: budget_read.ScenarioView) -> str:
    more, less = (_listed(view, [line for line in chosen.lines if _moved(line) == way]) for way in (1, -1))
    if more and less:
        return view.say("Spend more a day on {more}; less on {less}.", more=more, less=less)
    if more:
        return view.say("Spend more a day on {more}.", more=more)
    return view.say("Spend less a day on {less}.", less=less)


def _moved(line: budget_read.LineView) -> int:
    """Return 1 where a channel gets more than now, -1 where less, 0 where it keeps what it has."""
    change = line.proposed - line.current
    return 0 if abs(change) < LEAST_MOVE else 1 if change > 0 else -1


def _listed(view: View, lines: Sequence[budget_read.LineView]) -> str:
    largest = sorted(lines, key=lambda line: -abs(line.proposed - line.current))
    currency = view.ws.settings.currency
    names = [
        view.say(
            "{channel} ({now} → {then})",
            channel=slice_label(view, line.channel),
            now=figure.money(line.current, currency, digits=0),
            then=figure.money(line.proposed, currency, digits=0),
        )
        for line in largest[:MOST]
    ]
    rest = [view.say("{n} others", n=len(lines) - MOST)] if len(lines) > MOST else []
    return view.say(", ").join([*names, *rest])


def _money(view: View, amount: float | None) -> str:
    return figure.figure(amount, "currency", view.language, view.ws.settings.currency)


def _signed(view: View, amount: float | None) -> str:
    return ("+" if amount is not None and amount > 0 else "") + _money(view, amount)
