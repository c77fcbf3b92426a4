"""What all customers together will do, as a fit keeps it: read by every stage that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from quanyu.text import Text

UNSEEN: Text = "{festival} lies ahead ({day}), and the shop's history does not show yet what it brings."
FEW_ORIGINS: Text = (
    "Forecasts of {days} days could be tested on {n} earlier days; "
    "at least {least} are needed to tell how far they are off."
)
TOO_FAR: Text = "The outlook reaches {most} days ahead, not {days}."
NO_FORECAST: Text = "No customer could be forecast."
Kind = Literal["orders", "amount"]
KINDS: tuple[Kind, Kind] = ("orders", "amount")
LEAST_ORIGINS = 8
"""Earlier days on which a forecast must have been tested, so that anybody can tell how far it is off."""
LENGTHS = (30, 90, 180)
"""Days ahead that screens and the report tell, beside the horizon of the settings."""


@dataclass(frozen=True)
class Outlook:
    """What all customers known today will do in the next `days`; buyers who are still to come are not in it.

    `expected` purchases (days with an order), 95 % of the time between `low` and `high`; `amount` what they are worth, discounted to
    today, between `amount_low` and `amount_high`. Both are None where `reason` says why nobody can tell how far the
    forecast is off.
    """

    days: int
    n_buyers: int
    expected: float
    low: float | None
    high: float | None
    amount: float
    amount_low: float | None
    amount_high: float | None
    reason: tuple[Text, Mapping[str, Any]] | None

    def why(self, say: Callable[..., str]) -> str:
        """Return the reason in the words of `say`, which translates a sentence and fills its places; nothing without one."""
        if self.reason is None:
            return ""
        sentence, values = self.reason
        return say(
            sentence,
            **{name: say(value) if isinstance(value, str) else value for name, value in values.items()},
        )


def outlook_of(told: Mapping[str, Any], days: int) -> Outlook:
    """Return the outlook of some days from what `quanyu.understand.outlook.outlook.foresee` told."""
    at = days - 1
    n, unseen = told["n_origins"][at], told["unseen"]
    reason: tuple[Text, Mapping[str, Any]] | None = None
    if unseen and days >= unseen["days"]:
        reason = UNSEEN, {"festival": unseen["festival"], "day": unseen["day"]}
    elif n < LEAST_ORIGINS:
        reason = FEW_ORIGINS, {"days": days, "n": n, "least": LEAST_ORIGINS}
    values = {end: told[end][at] for kind in KINDS for end in (kind, f"{kind}_low", f"{kind}_high")}
    return Outlook(
        days=days, n_buyers=told["n_buyers"], expected=values["orders"], low=values["orders_low"], high=values["orders_high"],
        amount=values["amount"], amount_low=values["amount_low"], amount_high=values["amount_high"], reason=reason,
    )  # fmt: skip


def outlooks_of(told: Mapping[str, Any] | None, horizon_days: int) -> tuple[Outlook, ...]:
    """Return the outlooks of the usual lengths up to the horizon, and of the horizon itself, last."""
    if not told:
        return ()
    shorter = (days for days in LENGTHS if days < horizon_days)
    return tuple(outlook_of(told, days) for days in (*shorter, horizon_days))
