"""The gates: why somebody may not be written to, in one declared order; the first that stops a person is the reason on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.act.consent import consented, suppressed, unpersonalised
from quanyu.act.contact import contacted, contacts, marketing
from quanyu.act.gate.cap import capped, complaining, counted_since
from quanyu.act.settings import GateSettings
from quanyu.method.assignment import is_held_out
from quanyu.tables.settings import ExperimentSettings
from quanyu.text import Text
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Ask:
    """What is asked of people: through which channels, the best first, from when on, after how many days of rest.

    Messages that are no marketing (an order confirmed) need neither consent nor rest. `people` names whom it is asked of, where
    they are few.
    """

    channels: tuple[str, ...]
    at: dt.datetime
    rest_days: int = 0
    is_marketing: bool = True
    people: Sequence[str] | None = None


@dataclass(frozen=True)
class Gate:
    """One gate: the word it leaves on record, and what tells whom it stops; `is_last` gates are asked at launch only."""

    name: str
    label: Text
    stops: Callable[[ir.Table, Ask], ir.BooleanValue]
    is_for_service: bool = False


GATES: tuple[Gate, ...] = (
    Gate(
        "global_holdout", "In the global holdout, which no campaign reaches", lambda rows, _: rows.is_outside
    ),
    Gate(
        "personalisation_off",
        "Has switched personalisation off",
        lambda rows, _: ~rows.is_personalised.fill_null(True) | rows.is_neutral.notnull(),
    ),
    Gate(
        "no_contact",
        "No contact for this channel is known",
        lambda rows, ask: _none(rows, ask, "contact"),
        True,
    ),
    Gate(
        "no_consent",
        "Has not agreed to marketing through this channel",
        lambda rows, ask: _none(rows, ask, "agreed"),
    ),
    Gate(
        "suppressed",
        "On the suppression list: it came back, or they complained or opted out",
        lambda rows, _: rows.channel.isnull(),
        True,
    ),
    Gate("open_complaint", "Has complained lately", lambda rows, _: rows.is_complaining.notnull()),
    Gate("frequency_cap", "Gets as many messages as anybody may", lambda rows, _: rows.is_capped.notnull()),
    Gate("contacted_recently", "Was contacted in the last days", lambda rows, _: rows.is_tired.notnull()),
)
"""What is asked of each person, in this order."""

LATER: Mapping[str, Text] = {
    "shared_contact": "Shares the contact with somebody in the audience",
    "out_of_stock": "What the message is about is sold out",
    "over_budget": "The budget was used up",
    "control": "Kept out to measure the effect",
    "quiet_hours": "Waits for the open hours where they are",
    "stopped": "The campaign was stopped",
    "withdrawn": "Took back their word before it was sent",
    "opted_out": "The provider says that they want none",
    "outcome_unknown": "Nobody knows whether it was taken: the process died while it was handed over",
    "unreachable": "The provider could not be reached often enough",
}
"""What stops a person after the gates: within an audience, on the way, or by the campaign as a whole."""

REASONS: Mapping[str, Text] = {**{gate.name: gate.label for gate in GATES}, **LATER}
"""Every reason on record, in the order in which they are asked."""


def gated(ws: Workspace, rows: ir.Table, ask: Ask) -> ir.Table:
    """Return rows of people with the `channel` and `contact` by which each can be reached, and the `reason` why not (null: none).

    The channel is the first of those asked for that has a contact, a word of consent and no suppression. Every known contact
    stands in a column of its own, `contact_NAME`, null where the channel may not be used. `time_zone` is the person's.
    """
    people = ws.warehouse.table("people").select("person_id", "is_personalised", "time_zone")
    rows = _joined(rows, people, "is_personalised", "time_zone")
    for channel in ask.channels:
        rows = _asked(ws, rows, channel, ask)
    usable = [(rows[f"contact_{name}"].notnull(), name) for name in ask.channels]
    rows = rows.mutate(
        channel=ibis.cases(*usable),
        contact=ibis.coalesce(*(rows[f"contact_{name}"] for name in ask.channels)),
        is_outside=is_held_out(rows.person_id, ws.settings.of(ExperimentSettings).holdout_share, ws.secret),
    )
    given, rested = ws.settings.of(GateSettings), ask.at - dt.timedelta(days=ask.rest_days)
    sent = marketing(ws, min(rested, counted_since(ws, ask.at, given)), ask.people)
    marks = {
        "is_neutral": unpersonalised(ws, ask.at),
        "is_complaining": complaining(ws, ask.at, given),
        "is_capped": capped(ws, sent, ask.at, given),
        "is_tired": contacted(sent, rested),
    }
    for name, marked in marks.items():
        rows = _joined(rows, marked.mutate(**{name: True}), name)
    stops = [(gate.stops(rows, ask), gate.name) for gate in GATES if ask.is_marketing or gate.is_for_service]
    return rows.mutate(reason=ibis.cases(*stops))


def _asked(ws: Workspace, rows: ir.Table, channel: str, ask: Ask) -> ir.Table:
    """Add what is known of a channel: whether there is a contact, whether it was agreed to, and the contact if it may be used."""
    known = contacts(ws, channel).select("person_id", **{f"known_{channel}": "contact"})
    rows = _joined(rows, known, f"known_{channel}")
    agreed = consented(ws, channel, ask.at).mutate(**{f"agreed_{channel}": True})
    rows = _joined(rows, agreed, f"agreed_{channel}")
    listed = suppressed(ws, channel, is_marketing=ask.is_marketing)
    rows = _joined(rows, listed.select("person_id", **{f"closed_{channel}": "reason"}), f"closed_{channel}")
    may = rows[f"agreed_{channel}"].notnull() if ask.is_marketing else ibis.literal(True)
    usable = ibis.ifelse(
        may & rows[f"closed_{channel}"].isnull(), rows[f"known_{channel}"], ibis.null("string")
    )
    return rows.mutate(**{f"contact_{channel}": usable})


def _none(rows: ir.Table, ask: Ask, what: str) -> ir.BooleanValue:
    """Whether no channel has a contact, or none that is known was agreed to."""
    has = [rows[f"known_{name}"].notnull() for name in ask.channels]
    if what == "agreed":
        has = [one & rows[f"agreed_{name}"].notnull() for one, name in zip(has, ask.channels, strict=True)]
    return ~reduce(lambda left, right: left | right, has)


def _joined(left: ir.Table, right: ir.Table, *columns: str) -> ir.Table:
    return left.left_join(right, "person_id").select(*left.columns, *columns)
