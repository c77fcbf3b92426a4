"""How many people a rule finds, and how many of them could be written to through each channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from quanyu import ledger
from quanyu.act.channel import channels
from quanyu.act.consent import consented, unpersonalised
from quanyu.act.contact import contacts
from quanyu.part.action import Action, Caller
from quanyu.part.day import as_of
from quanyu.part.segment_state import unknown_segment
from quanyu.rule import Asking, meant_rule, members, parse
from quanyu.rule.tree import groups
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Question:
    """A rule to be tried."""

    rule: str


@dataclass(frozen=True)
class Reach:
    """Whom a rule finds: how many of how many, and by channel how many have a contact and how many agreed to it as well."""

    rule: str
    n_people: int
    n_everybody: int
    by_channel: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def reach(ws: Workspace, given: Question, _: Caller) -> Reach:
    """Return how many people a rule finds and could be reached. Raises `RuleError` for a rule that cannot be asked,
    `SegmentError` for one that names a segment that is not there.
    """
    rule = meant_rule(given.rule, ws.warehouse.table, ws.warehouse.read)
    tree, known = parse(rule), [segment.segment_id for segment in ledger.list_segments(ws.ledger)]
    if unknown := [name for name in groups(tree) if name not in known]:
        raise unknown_segment(unknown[0], known)
    held = members(tree, Asking.of(ws, as_of(ws))).select("person_id")
    people = ws.warehouse.table("people").select("person_id", "is_personalised")
    rows = held.inner_join(people, "person_id")
    off = unpersonalised(ws, ws.now()).mutate(is_off=True)
    rows = rows.left_join(off, "person_id").select(*rows.columns, "is_off")
    counts = {"n_people": rows.count()}
    for channel in channels("people"):
        has = contacts(ws, channel.name).select("person_id", **{f"has_{channel.name}": True})
        agreed = consented(ws, channel.name, ws.now()).mutate(**{f"may_{channel.name}": True})
        for more in (has, agreed):
            new = [name for name in more.columns if name != "person_id"]
            rows = rows.left_join(more, "person_id").select(*rows.columns, *new)
    for channel in channels("people"):
        has_contact = rows[f"has_{channel.name}"].notnull()
        may = (
            has_contact
            & rows[f"may_{channel.name}"].notnull()
            & rows.is_personalised.fill_null(True)
            & rows.is_off.isnull()
        )
        counts |= {f"n_{channel.name}": has_contact.sum(), f"m_{channel.name}": may.sum()}
    counts["n_people"] = rows.count()
    (told,) = ws.warehouse.read(rows.aggregate(**counts)).to_pylist()
    by_channel = {
        one.name: (told[f"n_{one.name}"] or 0, told[f"m_{one.name}"] or 0) for one in channels("people")
    }
    return Reach(rule, told["n_people"], ws.warehouse.count("people"), by_channel)


REACH = Action(
    "preview_segment",
    "Say how many people a rule finds, and how many of them could be reached; nothing is recorded.",
    Question,
    Reach,
    reach,
    role="analyst",
    writes=False,
)
