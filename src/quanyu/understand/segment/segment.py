"""Segments as people ask for them: define one, drop one, and why somebody is in one or is not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from quanyu import ledger
from quanyu.errors import SegmentError
from quanyu.ledger import Segment
from quanyu.part.action import Action, Caller
from quanyu.part.day import as_of
from quanyu.part.paging import Limit, first_of, whom_after
from quanyu.part.segment_state import unknown_segment
from quanyu.rule import Answer, Asking, explain_person, meant_rule, parse, population, printed
from quanyu.rule.tree import groups
from quanyu.text import Text
from quanyu.understand.segment.drafts import Draft
from quanyu.understand.segment.history import Size, histories, segment_history
from quanyu.understand.segment.profile import Trace, profile
from quanyu.workspace import Workspace

State = Annotated[Literal["new", "fresh", "stale", "failed"], Text]
"""How far members can be trusted: not worked out yet, of the day, of an earlier one, or of before a fault."""
NAME = re.compile(r"[^\s;；()\",/\\<>][^;；()\",/\\<>\n]{0,63}")
"""Names that rules, addresses and files can hold."""


@dataclass(frozen=True)
class Drafts:
    """Several segments to define."""

    segments: tuple[Draft, ...]


@dataclass(frozen=True)
class Named:
    """A segment by its name."""

    name: str


@dataclass(frozen=True)
class Asked:
    """Somebody in question, and a segment."""

    name: str
    person_id: str


@dataclass(frozen=True)
class Explained:
    """Why somebody is in a segment or is not: every condition with what it met."""

    segment_id: str
    person_id: str
    is_in: bool
    answers: tuple[Answer, ...]


def add_segment(ws: Workspace, given: Draft, caller: Caller) -> Segment:
    """Define a segment, or define it anew. Raises `RuleError` for a rule that cannot be asked, `SegmentError` for names."""
    return add_segments(ws, Drafts((given,)), caller)[0]


def add_segments(ws: Workspace, given: Drafts, caller: Caller) -> list[Segment]:
    """Define segments, which may name each other in any order: all of them, or none. Raises as `add_segment`."""
    drafts = {named(draft.name): draft for draft in given.segments}
    rules = checked(ws, {name: draft.rule for name, draft in drafts.items()})
    with ws.ledger.begin() as connection:
        return [
            ledger.save_segment(
                connection, name, rules[name], draft.description.strip(), who=caller.who, at=ws.now()
            )
            for name, draft in drafts.items()
        ]


def named(name: str) -> str:
    """Return a name as it is kept; raise `SegmentError` for what rules, addresses and files cannot hold."""
    if not NAME.fullmatch(name.strip()):
        raise SegmentError(
            "{name!r} cannot be the name of a segment.",
            "Use up to 64 letters, digits and spaces, without ; ( ) quotes, commas and slashes.",
            name=name.strip(),
        )
    return name.strip()


def checked(ws: Workspace, rules: Mapping[str, str]) -> dict[str, str]:
    """Return rules as they are kept; raise for one that nobody can ask, that names what is not there, or that waits for itself."""
    new = {
        name: parse(meant_rule(rule, ws.warehouse.table, ws.warehouse.read)) for name, rule in rules.items()
    }
    trees = {segment.segment_id: parse(segment.rule) for segment in ledger.list_segments(ws.ledger)} | new
    for name, tree in new.items():
        for other in groups(tree):
            if other not in trees:
                raise unknown_segment(other, set(trees) - {name})
    needed = dict(new)
    while more := {other for tree in needed.values() for other in groups(tree) if other in trees} - set(
        needed
    ):
        needed |= {other: trees[other] for other in more}
    population(needed, Asking.of(ws, as_of(ws)))
    return {name: printed(tree) for name, tree in new.items()}


def drop_segment(ws: Workspace, given: Named, caller: Caller) -> Segment:
    """Remove a segment that no other names. Its members go with the next turn."""
    segment = found(ws, given.name)
    users = [
        other.segment_id
        for other in ledger.list_segments(ws.ledger)
        if segment.segment_id in groups(parse(other.rule))
    ]
    if users:
        raise SegmentError(
            "The segment {name!r} is named by {users}.",
            "Change or drop these first.",
            name=segment.segment_id,
            users=", ".join(users),
        )
    ledger.drop_segment(ws.ledger, segment.segment_id, who=caller.who, at=ws.now())
    return segment


def explain_segment(ws: Workspace, given: Asked, _: Caller) -> Explained:
    """Say why a person is in a segment or is not, condition by condition. Raises `SegmentError` for whom nobody knows."""
    segment = found(ws, given.name)
    answers = explain_person(parse(segment.rule), Asking.of(ws, as_of(ws)), ws.warehouse, given.person_id)
    if not answers:
        raise SegmentError(
            "There is no person {person!r}.",
            "See who is who with: quanyu people explain ID.",
            person=given.person_id,
        )
    is_in = all(answer.is_met for answer in answers)
    return Explained(segment.segment_id, given.person_id, is_in, answers)


@dataclass(frozen=True)
class Shown:
    """A segment with its state, its sizes, and what sets it apart."""

    segment: Segment
    state: State
    sizes: tuple[Size, ...]
    traces: tuple[Trace, ...]


def show_segment(ws: Workspace, given: Named, _: Caller) -> Shown:
    """Return all there is to see of a segment."""
    segment = found(ws, given.name)
    state = segment.state(as_of(ws), ws.warehouse.version("identities"))
    return Shown(segment, state, segment_history(ws, segment.segment_id), profile(ws, segment))


@dataclass(frozen=True)
class Listed:
    """A segment with its state, and its sizes, the oldest first."""

    segment: Segment
    state: State
    sizes: tuple[Size, ...] = ()

    @property
    def change(self) -> int | None:
        """How many people more it holds than when it was worked out before; None where it was not."""
        return self.sizes[-1].n_people - self.sizes[-2].n_people if len(self.sizes) > 1 else None


def segment_states(ws: Workspace) -> list[Listed]:
    """Return every segment with its state and its sizes, by name."""
    day, version, listed = as_of(ws), ws.warehouse.version("identities"), ledger.list_segments(ws.ledger)
    sizes = histories(ws, (segment.segment_id for segment in listed)) if listed else {}
    return [
        Listed(segment, segment.state(day, version), sizes.get(segment.segment_id, ())) for segment in listed
    ]


def found(ws: Workspace, name: str) -> Segment:
    """Return a segment by its name, or raise `SegmentError` with the nearest."""
    listed = {segment.segment_id: segment for segment in ledger.list_segments(ws.ledger)}
    if name not in listed:
        raise unknown_segment(name, listed)
    return listed[name]


def list_segments(ws: Workspace, _: All, __: Caller) -> list[Listed]:
    """Return every segment with its state and its sizes."""
    return segment_states(ws)


@dataclass(frozen=True)
class All:
    """Every segment is wanted."""


@dataclass(frozen=True)
class Members:
    """The segment whose members are wanted, how many, and after whom."""

    name: str
    limit: Limit = 100
    after: str = ""


@dataclass(frozen=True)
class Member:
    """A member, and since when without a break."""

    person_id: str
    entered_at: dt.datetime | None


@dataclass(frozen=True)
class MembersPage:
    """Members by id, and after whom the next page begins; "" on the last."""

    members: tuple[Member, ...]
    next: str


def list_members(ws: Workspace, given: Members, _: Caller) -> MembersPage:
    """Return a page of the members of a segment, as the last turn found them."""
    rows = ws.warehouse.table("segment_members")
    rows = rows.filter(rows.segment_id == found(ws, given.name).segment_id).select("person_id", "entered_at")
    listed = [
        Member(**row) for row in ws.warehouse.read(whom_after(rows, given.after, given.limit + 1)).to_pylist()
    ]
    page, has_more = first_of(listed, given.limit)
    return MembersPage(page, page[-1].person_id if has_more else "")


ADD = Action(
    "add_segment",
    "Define a segment, or define it anew.",
    Draft,
    Segment,
    add_segment,
    said="defined the segment {name}: {rule}",
)
ADD_MANY = Action(
    "add_segments",
    "Define several segments, all or none.",
    Drafts,
    list[Segment],
    add_segments,
    said="defined segments from a file",
)
DROP = Action(
    "drop_segment", "Remove a segment.", Named, Segment, drop_segment, said="removed the segment {name}"
)
SHOW = Action(
    "show_segment",
    "Show a segment: its rule, its sizes over time and what sets it apart.",
    Named,
    Shown,
    show_segment,
    role="viewer",
    writes=False,
)
EXPLAIN = Action(
    "explain_segment",
    "Say why a person is in a segment or is not.",
    Asked,
    Explained,
    explain_segment,
    role="analyst",
    writes=False,
)
LIST = Action(
    "list_segments",
    "List the segments: their rules, states and sizes.",
    All,
    list[Listed],
    list_segments,
    role="viewer",
    writes=False,
)
MEMBERS = Action(
    "list_members",
    "List the members of a segment, page by page.",
    Members,
    MembersPage,
    list_members,
    role="analyst",
    writes=False,
)
ACTIONS = {action.name: action for action in (ADD, ADD_MANY, DROP, EXPLAIN, LIST, MEMBERS, SHOW)}
"""What can be done with segments, by name."""
