"""Corrections by people: two persons are one, or one person is two; on record, undone by their opposite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quanyu.collect.identity.clusters import desk, partition
from quanyu.collect.identity.identity import Resolution, named, settle
from quanyu.collect.identity.identity_log import Entry, append_entries, read_decisions, read_log
from quanyu.collect.identity.link_rules import Guards
from quanyu.collect.identity.neighbourhood import around
from quanyu.collect.identity.renewal import still_made_of
from quanyu.collect.kind import kind_named
from quanyu.errors import IdentityError
from quanyu.ledger import Edit, audited
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace

LOOK = "See who is who with: quanyu people explain ID."


def merge(
    ws: Workspace, person_a: str, person_b: str, *, by: str, reason: str, guards: Guards | None = None
) -> Resolution:
    """Declare two persons to be one, in the log, the audit and `identities`; a later `split` undoes it.

    Raises `IdentityError` where either is unknown, both are one already, or each holds a verified identifier
    of a kind that one person holds once.
    """
    with ws.writing():
        first, second = (find_person(ws, given) for given in (person_a, person_b))
        if first == second:
            raise IdentityError(
                "{one} and {other} are one person already: {person}.",
                LOOK,
                one=person_a,
                other=person_b,
                person=first,
            )
        keys = {person: identifiers_of(ws, person) for person in (first, second)}
        _refuse_conflict(ws, keys[first], keys[second])
        entry = Entry("join", first, second, [sorted(keys[first]), sorted(keys[second])], reason, by)
        return _correct(ws, entry, keys[first] | keys[second], guards or Guards())


def split(
    ws: Workspace,
    person_id: str,
    id_keys: Sequence[str],
    *,
    by: str,
    reason: str,
    guards: Guards | None = None,
) -> Resolution:
    """Declare some identifiers of a person to be somebody else; a later `merge` undoes it.

    No link joins the two again until a person decides so. After a merge, splitting off what came with it
    gives both persons back as they were, under their ids. Raises `IdentityError` where the identifiers are
    not the person's or none would be left.
    """
    with ws.writing():
        person = find_person(ws, person_id)
        held, away = identifiers_of(ws, person), set(id_keys)
        if strange := sorted(away - held):
            raise IdentityError(
                "{strange} is no identifier of {person}.",
                "It holds: {held}.",
                strange=", ".join(strange),
                person=person,
                held=", ".join(sorted(held)),
            )
        if not away or away == held:
            raise IdentityError(
                "A split of {person} needs some of its {n_held} identifiers, not {n_away}.",
                LOOK,
                person=person,
                n_held=len(held),
                n_away=len(away),
            )
        groups = [sorted(away), sorted(held - away)]
        return _correct(ws, Entry("forbid", person, None, groups, reason, by), held, guards or Guards())


def find_person(ws: Workspace, person_or_id_key: str) -> str:
    """Return the person that now goes under a person_id (followed through merges) or holds an identifier.

    Raises `IdentityError` where there is none.
    """
    identities = ws.warehouse.table("identities")
    if ":" in person_or_id_key:
        rows = ws.warehouse.read(
            identities.filter(identities["id_key"] == person_or_id_key).select("person_id")
        )
        if rows.num_rows:
            return str(rows.column(0)[0].as_py())
        raise IdentityError(
            "No identifier {id_key} is known.",
            "Load data that holds it and run the loop.",
            id_key=person_or_id_key,
        )
    person, seen = person_or_id_key, set[str]()
    while not ws.warehouse.read(identities.filter(identities["person_id"] == person).limit(1)).num_rows:
        seen.add(person)
        onward = [
            line["other_id"]
            for line in read_log(ws, person)
            if line["action"] == "merge" and line["person_id"] == person
        ]
        if not onward or onward[-1] in seen:
            raise IdentityError(
                "There is no person {person}.",
                "Look in: quanyu sql 'SELECT * FROM identities'.",
                person=person_or_id_key,
            )
        person = onward[-1]
    return person


def identifiers_of(ws: Workspace, person_id: str) -> set[str]:
    """Return the id_keys of a person."""
    identities = ws.warehouse.table("identities")
    rows = ws.warehouse.read(identities.filter(identities["person_id"] == person_id).select("id_key"))
    return set(rows.column(0).to_pylist())


def _correct(ws: Workspace, entry: Entry, touched: Iterable[str], guards: Guards) -> Resolution:
    """Write the decision into log and audit and judge again what it touches.

    A process killed after the decision is written has decided: the next turn of the loop carries it out.
    """
    with ws.ledger.begin() as connection:
        line = append_entries(ws, [entry])[0]
        after = {"action": entry.action, "id_keys": entry.id_keys, "reason": entry.reason}
        people = {"person_id": entry.person_id, "other_id": entry.other_id}
        audited(connection, Edit(ws.now(), entry.decided_by, "identity_log", line, None, {**people, **after}))
    decisions = read_decisions(ws)
    with desk(ws) as on:
        parts = partition(on, around(on, touched, decisions, guards), decisions, guards)
        nobody = parts.nodes.limit(0).select("id_key")
        rows = on.put(named(on, parts))
        return settle(on, parts, rows, as_of=ws.today(), about=still_made_of(ws, guards), gone=nobody)


def _refuse_conflict(ws: Workspace, first: set[str], second: set[str]) -> None:
    verified = _verified(ws, first | second)
    for key in sorted(first & verified):
        kind = kind_named(key.split(":")[0])
        rivals = sorted(other for other in second & verified if other.split(":")[0] == kind.name)
        if kind.is_exclusive and rivals:
            raise IdentityError(
                "{one} and {other} are both verified; a person has one {kind}: not merged.",
                "If one of them is wrong, split it off first with: quanyu people split.",
                one=key,
                other=rivals[0],
                kind=kind.name,
            )


def _verified(ws: Workspace, keys: set[str]) -> set[str]:
    links = ws.warehouse.table("links")
    wanted = sorted(keys)
    verified = links.filter(
        links["is_verified"] & (links["id_key"].isin(wanted) | links["other_key"].isin(wanted))
    )
    rows = ws.warehouse.read(verified.select("id_key", "other_key"))
    return {key for column in rows.columns for key in column.to_pylist()} & keys


@dataclass(frozen=True)
class Merge:
    """What a merge takes: two persons, by id or by an identifier, and why."""

    person: str
    other: str
    reason: str = ""


@dataclass(frozen=True)
class Split:
    """What a split takes: a person, the identifiers that are somebody else's, and why."""

    person: str
    id_keys: tuple[str, ...]
    reason: str = ""


def _merge(ws: Workspace, given: Merge, caller: Caller) -> Resolution:
    return merge(ws, given.person, given.other, by=caller.who, reason=given.reason)


def _split(ws: Workspace, given: Split, caller: Caller) -> Resolution:
    return split(ws, given.person, given.id_keys, by=caller.who, reason=given.reason)


MERGE = Action(
    "merge_people",
    "Say that two people are one.",
    Merge,
    Resolution,
    _merge,
    said="{person} and {other} are one",
)
SPLIT = Action(
    "split_person",
    "Take identifiers away from a person; they become another one.",
    Split,
    Resolution,
    _split,
    said="{id_keys} do not belong to {person}",
)
