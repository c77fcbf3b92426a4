"""What the ledger tells: decisions, and the audit log page by page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from quanyu import ledger
from quanyu.ledger import Decision, Edit, Lines
from quanyu.part.action import Action, Caller
from quanyu.part.paging import Limit, first_of
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Which:
    """Decisions of a kind or in a state; nothing: all. `after`: the id of the last one of the page before."""

    kind: str = ""
    status: ledger.Status | None = None
    limit: Limit = 100
    after: str = ""


@dataclass(frozen=True)
class Decisions:
    """Decisions, the newest first, and after which one the next page begins; "" on the last."""

    decisions: tuple[Decision, ...]
    next: str


@dataclass(frozen=True)
class One:
    """The decision that is wanted."""

    decision: str


@dataclass(frozen=True)
class Wanted:
    """Lines of the audit log: of somebody, of a record, of one of its keys, since and until moments; `after` a page."""

    who: str = ""
    record: str = ""
    key: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    limit: Limit = 100
    after: Annotated[str, Field(pattern=r"^(\d{1,12}-\d{1,12})?$")] = ""


@dataclass(frozen=True)
class Page:
    """Lines, the newest first, and where the next page begins; "" on the last."""

    lines: tuple[Edit, ...]
    next: str


def decisions(ws: Workspace, given: Which, _: Caller) -> Decisions:
    """Return a page of decisions. What is proposed between two pages moves none. Raises `DecisionError` for no `after`."""
    listed = ledger.list_decisions(
        ws.ledger, kind=given.kind, status=given.status or "", after=given.after, limit=given.limit + 1
    )
    page, has_more = first_of(listed, given.limit)
    return Decisions(page, page[-1].decision_id if has_more else "")


def decision(ws: Workspace, given: One, _: Caller) -> Decision:
    """Return a decision, or raise `DecisionError`."""
    return ledger.find_decision(ws.ledger, given.decision)


def audit(ws: Workspace, given: Wanted, _: Caller) -> Page:
    """Return a page of the audit log. Lines that are written between two pages move none: the log only grows."""
    since, until = (_aware(ws, moment) for moment in (given.since, given.until))
    lines = Lines(given.who, given.record, given.key, since, until)
    n = ledger.count_lines(ws.ledger, lines)
    then, place = _place(given.after) if given.after else (n, 0)
    first = max(n - then, 0) + place
    listed = ledger.page_lines(ws.ledger, lines, first, given.limit)
    end = place + len(listed)
    return Page(tuple(listed), f"{then}-{end}" if end < then else "")


def _aware(ws: Workspace, moment: dt.datetime | None) -> dt.datetime | None:
    """Return a moment with its zone; one without is one of the workspace's."""
    return moment.replace(tzinfo=ws.settings.zone) if moment and moment.tzinfo is None else moment


def _place(after: str) -> tuple[int, int]:
    then, _, place = after.partition("-")
    return int(then), int(place)


LIST = Action(
    "list_decisions",
    "List what was proposed, decided, done and measured.",
    Which,
    Decisions,
    decisions,
    role="viewer",
    writes=False,
)
SHOW = Action("show_decision", "Show a decision.", One, Decision, decision, role="viewer", writes=False)
AUDIT = Action(
    "list_audit",
    "List who did what, the newest first.",
    Wanted,
    Page,
    audit,
    role="owner",
    writes=False,
)
