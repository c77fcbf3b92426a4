"""Somebody is put into a journey by name: by a person, or by a program that may ask twice."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.act.journey.document import kept_plan
from quanyu.act.journey.entry import REFUSALS, Occasion, enter
from quanyu.act.journey.journey import find
from quanyu.act.journey.step import Scene
from quanyu.errors import JourneyError
from quanyu.ledger.journey import Journey, documents, road
from quanyu.method.scratch import Scratch
from quanyu.part.action import Action, Caller
from quanyu.part.reading import keys_of
from quanyu.text import Text
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Asked:
    """Who enters which journey, by an id or whatever else is at hand: a phone, an e-mail, a member number.

    `entity` is the cart or order that it is about. What asks twice with the same `key` lets one person enter once.
    """

    journey: str
    who: str
    entity: str = ""
    key: str = ""


@dataclass(frozen=True)
class Entered:
    """Whether the person has entered by this, now or when it was asked before (`is_new`), and why not."""

    person_id: str
    has_entered: bool
    is_new: bool
    reason: Text = ""


def enrol(ws: Workspace, given: Asked, _: Caller) -> Entered:
    """Let somebody enter a live journey, on its own conditions, and return whether they did.

    Raises `JourneyError` where nobody can enter the journey now, or where it is not certain who is meant.
    """
    newest = find(ws, given.journey)
    live = documents.versions(ws.ledger, newest.journey_id, ("live",))
    if not live:
        raise JourneyError(
            "{journey} is {status}.",
            "Let people enter it: quanyu journey launch {journey}",
            journey=newest.journey_id,
            status=newest.status,
        )
    journey, person = live[0], one_person(ws, given.who)
    key = f"asked:{given.key or f'{ws.now().isoformat()}:{person}'}"
    if _has_entered(ws, journey, person, key):
        return Entered(person, has_entered=True, is_new=False)
    with Scratch(ws) as scratch, ws.ledger.begin() as connection:
        scene = Scene(ws, journey.name, ws.now(), ws.warehouse.table, scratch.known)
        occasion = Occasion(key, person, given.entity, scene.at)
        n = enter(scene, journey, kept_plan(journey.document), [occasion], connection)
    if n or _has_entered(ws, journey, person, key):
        return Entered(person, has_entered=True, is_new=bool(n))
    *_others, refused = road.trace(ws.ledger, journey.journey_id, person)
    why = next((row["reason"] for row in refused if row["occasion"] == key), "under_way")
    return Entered(person, has_entered=False, is_new=False, reason=REFUSALS[why])


def one_person(ws: Workspace, text: str) -> str:
    """Return the only person whom a text stands for; raise `JourneyError` where it is nobody's or several people's."""
    identities, text = ws.warehouse.table("identities"), text.strip()
    is_theirs = identities.id_key.isin(keys_of(ws, text)) | (identities.person_id == text)
    named = identities.filter(is_theirs).select("person_id").distinct().limit(2)
    people = ws.warehouse.read(named)["person_id"].to_pylist()
    if len(people) != 1:
        raise JourneyError(
            "{n} people have this identifier." if people else "Nobody is known by this identifier.",
            "Give one that is one person's: a person id, a member number, a phone, an e-mail.",
            n=len(people),
        )
    return str(people[0])


def _has_entered(ws: Workspace, journey: Journey, person: str, key: str) -> bool:
    entries, *_others = road.trace(ws.ledger, journey.journey_id, person)
    return any(one.context.get("occasion") == key for one in entries)


ENROL = Action(
    "enrol_person", "Let somebody enter a journey that is live, by name; asked twice with one key it is once.",
    Asked, Entered, enrol, said="put somebody into {journey}",
)  # fmt: skip
