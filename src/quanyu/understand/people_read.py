"""What programs ask about people: whom a rule or a text finds, page by page, and one person all around; all masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quanyu.errors import IdentityError, RuleError
from quanyu.nearest import did_you_mean
from quanyu.part.action import Action, Caller
from quanyu.part.paging import Limit
from quanyu.understand.people_list import Listing, Order, Whom, count, page_after, shown_columns
from quanyu.understand.timeline import Moment, timeline
from quanyu.understand.trait import profile
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Search:
    """People for whom a rule holds, or whom a text stands for: an id, a phone, a mail, an order, the beginning of a name."""

    rule: str = ""
    text: str = ""
    columns: tuple[str, ...] = ("name", "phone", "email", "region", "city", "member_tier")
    limit: Limit = 50
    after: str = ""


@dataclass(frozen=True)
class Found:
    """How many people there are, a page of them by id with the columns asked for, and after whom the next begins."""

    n_people: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    next: str


@dataclass(frozen=True)
class Who:
    """The person who is wanted, and how many moments of theirs."""

    person_id: str
    limit: Limit = 50


@dataclass(frozen=True)
class Round:
    """A person, masked, and what happened with them, newest first."""

    person: profile.Person
    moments: tuple[Moment, ...]


def list_people(ws: Workspace, given: Search, _: Caller) -> Found:
    """Return a page of people; names, phones and mails are masked."""
    known = shown_columns(ws)
    if unknown := [name for name in given.columns if name not in known]:
        near = did_you_mean(unknown[0], known)
        raise RuleError(
            "People have no {column!r} that could be shown.",
            "{near} They have: {known}." if near else "They have: {known}.",
            column=unknown[0],
            near=near,
            known=", ".join(known),
        )
    whom, columns = Whom(given.rule, given.text), tuple(dict.fromkeys(given.columns))
    listed = page_after(ws, Listing(whom, columns, Order("person_id")), given.after, given.limit + 1)
    rows = listed[: given.limit]
    last = rows[-1][0] if len(listed) > given.limit else ""
    return Found(count(ws, whom), ("person_id", *columns), tuple(rows), last)


def show_person(ws: Workspace, given: Who, _: Caller) -> Round:
    """Return a person all around; raise `IdentityError` where there is nobody of this id."""
    person = profile.read_person(ws, given.person_id)
    if person is None:
        raise IdentityError(
            "There is no person {person_id!r}.",
            "Find people by what is at hand on the page of people.",
            person_id=given.person_id,
        )
    return Round(person, tuple(timeline(ws, given.person_id, given.limit)))


LIST = Action(
    "list_people",
    "List people whom a rule or a text finds, masked, page by page.",
    Search,
    Found,
    list_people,
    role="analyst",
    writes=False,
)
SHOW = Action(
    "show_person",
    "Show a person all around, masked: traits, value, what happened.",
    Who,
    Round,
    show_person,
    role="analyst",
    writes=False,
)
