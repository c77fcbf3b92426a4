"""Why an identifier belongs to a person: the links that hold it, and those that were not counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quanyu.collect.identity.clusters import desk, encoded, kinds_of, numbered
from quanyu.collect.identity.correction import find_person, identifiers_of
from quanyu.collect.identity.identity_log import read_decisions, read_log
from quanyu.collect.identity.link_rules import HUB, SHARED, VERIFIED_ONLY, Guards, guarded
from quanyu.collect.identity.neighbourhood import around
from quanyu.part.action import Action
from quanyu.workspace import Workspace

REASONS = {
    VERIFIED_ONLY: "is shared: only verified links and those of one name count",
    SHARED: "is shared by several people: only links of one name count",
    HUB: "has too many links: none counts",
}


@dataclass(frozen=True)
class Link:
    """One link of the person: `counts` says whether it holds; `reason` says why not."""

    id_key: str
    other_key: str
    is_verified: bool
    counts: bool
    reason: str = ""


@dataclass(frozen=True)
class Explanation:
    """A person: identifiers with kind and times, the links around them, the guards that applied, the log."""

    person_id: str
    asked: str
    identifiers: tuple[dict[str, Any], ...]
    links: tuple[Link, ...]
    guards: dict[str, str]
    log: tuple[dict[str, Any], ...]


def explain(ws: Workspace, person_or_id_key: str, guards: Guards | None = None) -> Explanation:
    """Return what makes a person one person, given its person_id (also one merged away) or any identifier.

    Raises `IdentityError` where there is none.
    """
    person = find_person(ws, person_or_id_key)
    held = identifiers_of(ws, person)
    identities = ws.warehouse.table("identities")
    rows = ws.warehouse.read(
        identities.filter(identities["person_id"] == person).order_by("id_key")
    ).to_pylist()
    applied, links = _judged(ws, held, guards or Guards())
    return Explanation(person, person_or_id_key, tuple(rows), links, applied, tuple(read_log(ws, person)))


def _judged(ws: Workspace, held: set[str], guards: Guards) -> tuple[dict[str, str], tuple[Link, ...]]:
    with desk(ws) as on:
        evidence = around(on, held, read_decisions(ws), guards)
        nodes = on.put(numbered(evidence))
        kinds = kinds_of(on, nodes)
        status = guarded(on.put(encoded(nodes, evidence.pairs, guards, kinds)), guards, kinds)
        marked = ws.warehouse.read(status.join(nodes, "node").select("id_key", "status"))
        pairs = ws.warehouse.read(evidence.pairs).to_pylist()
    state = dict(zip(marked.column("id_key").to_pylist(), marked.column("status").to_pylist(), strict=True))
    state |= dict.fromkeys(evidence.hubs, HUB)
    touching = sorted(
        (pair for pair in pairs if held & {pair["low"], pair["high"]}),
        key=lambda pair: (pair["low"], pair["high"]),
    )
    links = tuple(_link(pair, held, state) for pair in touching)
    near = {key for pair in touching for key in (pair["low"], pair["high"])}
    return {key: REASONS[state[key]] for key in sorted(near & state.keys())}, links


def _link(pair: dict[str, Any], held: set[str], state: dict[str, int]) -> Link:
    ends = (pair["low"], pair["high"])
    why = [f"{end} {REASONS[state[end]]}" for end in ends if end in state]
    is_inside = set(ends) <= held
    reason = (
        "" if is_inside else "; ".join(why) or "it would join different people, or a person decided otherwise"
    )
    return Link(*ends, pair["is_verified"], is_inside, reason)


@dataclass(frozen=True)
class Who:
    """Whom to explain: a person id or an identifier."""

    person: str


EXPLAIN = Action(
    "explain_person",
    "Say which identifiers make up a person, what links them and what was decided.",
    Who,
    Explanation,
    lambda ws, given, _: explain(ws, given.person),
    role="analyst",
    writes=False,
)
