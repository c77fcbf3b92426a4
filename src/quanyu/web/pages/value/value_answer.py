"""What the customers are worth and how sure that is, in a sentence."""

from __future__ import annotations

from quanyu import figure
from quanyu.tables.view.outlook import Outlook
from quanyu.understand.value import value_card, value_map
from quanyu.web.view import View

NEAR = 0.005
"""A forecast that was off by less was right to the percent."""


def answer(view: View, customers: value_map.ValueMap, card: value_card.ModelCard) -> tuple[str, ...]:
    """Return what buyers so far are expected to bring, and then how sure that is."""
    told = view.say(
        "{n} buyers are expected to bring {amount} of margin within {days} days.",
        n=f"{customers.n_people:,}", days=card.horizon_days, amount=_money(view, customers.clv_amount),
    )  # fmt: skip
    return told, _in_the_test(view, card), *_sureness(view, card.outlook)


def _sureness(view: View, outlooks: tuple[Outlook, ...]) -> tuple[str, ...]:
    """Say between which bounds the longest outlook with bounds lies, and why nobody can tell them of the whole horizon."""
    if not outlooks:
        return ()
    bounded = [outlook for outlook in outlooks if outlook.reason is None]
    told = [_bounded(view, bounded[-1])] if bounded else []
    if (whole := outlooks[-1]).reason is not None:
        why = view.say(
            "How far the {days} days may be off cannot be told yet: {reason}",
            days=whole.days,
            reason=whole.why(view.say),
        )
        told.append(why)
    return tuple(told)


def _bounded(view: View, outlook: Outlook) -> str:
    return view.say(
        "Within {days} days: {amount}, 95 % sure between {low} and {high}.",
        days=outlook.days, amount=_money(view, outlook.amount), low=_money(view, outlook.amount_low),
        high=_money(view, outlook.amount_high),
    )  # fmt: skip


def _in_the_test(view: View, card: value_card.ModelCard) -> str:
    if card.holdout is None:
        return view.say("The forecast has not been tested on days it did not know.")
    return view.say(
        "Tested on {days} days it did not know, the forecast of orders was {off}.",
        days=card.holdout.days, off=missed(view, card.holdout),
    )  # fmt: skip


def missed(view: View, holdout: value_card.Holdout) -> str:
    """Return by how much the forecast missed the orders that came in the test."""
    if not holdout.actual:
        return view.say("made for days without an order")
    off = holdout.expected / holdout.actual - 1
    if abs(off) < NEAR:
        return view.say("right to the percent")
    share = figure.percent(abs(off), 0)
    return view.say("{share} too low", share=share) if off < 0 else view.say("{share} too high", share=share)


def _money(view: View, amount: float | None) -> str:
    return figure.figure(amount, "currency", view.language, view.ws.settings.currency)
