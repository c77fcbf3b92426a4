"""Personal data in clear, and lists of people that are saved: who asked for what stands in the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field

from quanyu.errors import IdentityError
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Looked:
    """The person who is looked at."""

    person_id: str


@dataclass(frozen=True)
class Contact:
    """What is known of a person, in clear; nothing for what is not known."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True)
class Saved:
    """A list of people that is saved as a file: by which rule, with which columns, and how many they are."""

    rule: str
    columns: list[str]
    n_people: int
    format: str


def _reveal(ws: Workspace, given: Looked, caller: Caller) -> Contact:
    people = ws.warehouse.table("people")
    rows = ws.warehouse.read(people.filter(people.person_id == given.person_id)).to_pylist()
    if not rows:
        raise IdentityError(
            "There is no person {person_id!r}.",
            "Find people by what is at hand on the page of people.",
            person_id=given.person_id,
        )
    return Contact(*(rows[0][name] or "" for name in ("name", "phone", "email")))


def _save(ws: Workspace, given: Saved, caller: Caller) -> int:
    return given.n_people


REVEAL = Action(
    "reveal_person",
    "See the phone, mail and name of a person in clear.",
    Looked,
    Contact,
    _reveal,
    role="agent",
    said="saw {person_id} in clear",
)
SAVE = Action(
    "save_people",
    "Save a list of people as a file.",
    Saved,
    int,
    _save,
    role="analyst",
    said="saved {n_people} people as {format}: {rule}",
)
