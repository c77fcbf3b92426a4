"""What steps that make something share: everybody goes on, and what is made is written with the move, once per entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from quanyu.act.journey.step.step import NEXT, Counts, Decided, Node, Scene, fields_of
from quanyu.errors import JourneyError
from quanyu.ledger.journey import made

KEEP, CANCEL = "keep", "cancel"
SHORT: Mapping[str, str] = {
    "task": "what",
    "webhook": "name",
    "trait": "name",
    "coupon": "pool",
    "points": "n",
}
"""The field that a bare value is short for, by kind."""
MOST = 1_000_000_000
Write = Callable[[Any, Scene, Node, list[int]], None]


def given_to(kind: str, given: Any, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields that a step is given; a bare value is the field of `SHORT`, without which there is no step."""
    short = SHORT[kind]
    told = fields_of(kind, given if isinstance(given, Mapping) else {short: given}, known, (short,))
    if "on_exit" in known and told.setdefault("on_exit", KEEP) not in (KEEP, CANCEL):
        raise JourneyError(
            "{kind} is given on_exit {given!r}.",
            "Write cancel, to take back what was not used when somebody leaves early, or keep.",
            kind=kind, given=str(told["on_exit"]),
        )  # fmt: skip
    return told


def words(kind: str, told: Mapping[str, Any], name: str, *, longest: int = 200) -> str:
    """Return a field as text, or raise `JourneyError` where it is none, or a long one."""
    text = told.get(name, "")
    if not isinstance(text, str) or not text.strip() or len(text) > longest:
        raise JourneyError(
            "{kind} is given {given!r} as {name}.", "Write a text of at most {n} letters.",
            kind=kind, given=str(text)[:longest], name=name, n=longest,
        )  # fmt: skip
    return text.strip()


def number(kind: str, told: Mapping[str, Any], name: str) -> int:
    """Return a field as a whole number of at least one, or raise `JourneyError`."""
    n = told.get(name)
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST:
        raise JourneyError(
            "{kind} is given {given!r} as {name}.", "Write a whole number from 1 on.", kind=kind, given=str(n), name=name
        )  # fmt: skip
    return n


def passing(write: Write) -> Callable[[Scene, Node, pa.Table], Decided]:
    """Return the decision of a step by which everybody goes on while something is written for those who do."""

    def decide(scene: Scene, node: Node, people: pa.Table) -> Decided:
        ids = people["enrolment_id"].to_pylist()
        return Decided({NEXT: ids}, write=lambda connection: write(connection, scene, node, ids))

    return decide


def counted(table: Any) -> Counts:
    """Return what tells how many rows of a record a step made, by state."""
    return lambda scope, journey, node_id: list(
        made.counts(scope, table, journey.journey_id, journey.version, node_id)
    )
