"""A journey as its author writes it, and as a version of it is kept: steps become nodes, each with what follows every outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from cronsim import CronSim, CronSimError
from pydantic import ConfigDict, TypeAdapter, ValidationError

from quanyu import ledger
from quanyu.act.journey.day import day_read, day_ready
from quanyu.act.journey.step import NEXT, Node, kind_named, kinds, seconds
from quanyu.errors import JourneyError
from quanyu.nearest import did_you_mean
from quanyu.rule import parse
from quanyu.rule.row import did_of
from quanyu.workspace import Workspace

MOST_NODES = 200
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TRIGGERS = ("when", "enters", "leaves", "every", "day")


@dataclass(frozen=True)
class Plan:
    """A journey: who enters, the steps, and when somebody leaves early.

    One of `when` (a verb of the language of conditions: `did add_to_cart`), `enters` or `leaves` (a segment), `every` (a cron
    line in the zone of the shop) and `day` (a date, a festival, a day of each person or its return: `{anniversary: birthday_on}`)
    says when somebody enters, `whom` of whom that holds; with none of them people enter by name alone. `per` names a column of
    what happened, such as `properties.cart_id`: one entry for each. `again`: `never`, `always`, or a time such as `30 days` after
    the last entry. Who meets the `goal` (a verb, since they entered; of the same cart where both name one) or the condition
    `ends_when` leaves at once. `control_share` enters and gets nothing; both are compared over `window_days`. What happened more
    than `latest_hours` ago begins nothing.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    steps: tuple[Any, ...]
    when: str = ""
    enters: str = ""
    leaves: str = ""
    every: str = ""
    day: Mapping[str, Any] = field(default_factory=dict)
    per: str = ""
    whom: str = ""
    again: str = "never"
    goal: str = ""
    ends_when: str = ""
    control_share: float = 0.1
    window_days: int = 14
    latest_hours: float = 24
    nodes: Mapping[str, Node] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """Where whoever enters begins."""
        return next(iter(self.nodes), "")

    @property
    def document(self) -> dict[str, Any]:
        """The journey as JSON holds it: nodes in their order, which the names of fields do not keep."""
        return {**asdict(self), "nodes": [asdict(node) for node in self.nodes.values()]}


def plan_of(ws: Workspace, document: object) -> Plan:
    """Return the journey in a document, with its steps as nodes; raise `JourneyError` and what its conditions and contents raise."""
    if not isinstance(document, Mapping):
        raise JourneyError(
            "A journey is a list of fields such as name, when, steps.", "See docs/how-to/build-a-journey.md"
        )
    plan = _typed({name: value for name, value in document.items() if name != "nodes"})
    _check(plan)
    if plan.day:
        day_ready(ws, day_read("day", plan.day))
    _known(ws, plan)
    nodes: dict[str, Node] = {}
    _place(ws, list(plan.steps), "", "", nodes)
    if len(nodes) > MOST_NODES:
        raise JourneyError("The journey has {n} steps.", "At most {most} fit.", n=len(nodes), most=MOST_NODES)
    return Plan(**{**{item.name: getattr(plan, item.name) for item in fields(Plan)}, "nodes": nodes})


def kept_plan(document: Mapping[str, Any]) -> Plan:
    """Return the journey that a version holds."""
    nodes = {node["node_id"]: Node(**node) for node in document["nodes"]}
    return Plan(**{**document, "steps": tuple(document["steps"]), "nodes": nodes})


def _typed(given: Mapping[str, Any]) -> Plan:
    try:
        return TypeAdapter(Plan).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        known = [item.name for item in fields(Plan) if item.name != "nodes"]
        near = did_you_mean(str(first["loc"][-1]), known) if first["type"] == "extra_forbidden" else ""
        raise JourneyError(
            "The journey's field {place} is {value!r}: {wrong}.",
            "{near} Fields: {known}." if near else "Fields: {known}.",
            place=".".join(str(part) for part in first["loc"]),
            value="" if first["type"] == "missing" else str(first["input"]),
            wrong=first["msg"],
            near=near,
            known=", ".join(known),
        ) from None


def _check(plan: Plan) -> None:
    if not plan.name.replace("-", "_").isidentifier() or not plan.name.isascii():
        raise JourneyError(
            "{name!r} names no journey.",
            "Use letters, digits and hyphens, such as abandoned-cart.",
            name=plan.name,
        )
    if len(said := [name for name in TRIGGERS if getattr(plan, name)]) > 1:
        raise JourneyError(
            "The journey begins by {triggers}.",
            "Give one of: when, enters, leaves, every, day.",
            triggers=", ".join(said),
        )
    if not 0 <= plan.control_share < 1:
        raise JourneyError(
            "{share} of all cannot be kept out.", "Give a share from 0 to below 1.", share=plan.control_share
        )
    for verb in filter(None, (plan.when, plan.goal)):
        did_of(parse(verb))
    for rule in filter(None, (plan.whom, plan.ends_when)):
        parse(rule)
    again(plan.again)
    if plan.every:
        try:
            CronSim(plan.every, EPOCH)
        except CronSimError:
            raise JourneyError(
                "{line!r} is no cron line.",
                'Write such as "0 9 * * 1": Mondays at 9 in the zone of the shop.',
                line=plan.every,
            ) from None
    if plan.day:
        day_read("day", plan.day)
    if not plan.steps:
        raise JourneyError("The journey has no steps.", "Write {example}.", example="steps: [{wait: 1 day}]")


def _known(ws: Workspace, plan: Plan) -> None:
    """Raise `JourneyError` for a segment that there is not."""
    wanted = plan.enters or plan.leaves
    known = [one.segment_id for one in ledger.list_segments(ws.ledger)] if wanted else []
    if wanted and wanted not in known:
        near = did_you_mean(wanted, known)
        raise JourneyError(
            "There is no segment {name!r}.",
            "{near} All of them: quanyu segment list" if near else "All of them: quanyu segment list",
            name=wanted,
            near=near,
        )


def again(text: str) -> float | None:
    """Return how many seconds after an entry somebody may enter again; None for never.

    >>> again("never"), again("always"), again("30 days")
    (None, 0.0, 2592000.0)
    """
    fixed = {"never": None, "always": 0.0}
    return fixed[text] if text in fixed else seconds(text)


def _place(ws: Workspace, steps: Sequence[Any], prefix: str, after: str, nodes: dict[str, Node]) -> str:
    """Place steps one after another before what follows `after` them, and return the first node; parents come before children."""
    if not steps:
        return after
    if not isinstance(steps, list):
        raise JourneyError(
            "The steps {name} are {steps!r}.", "Write {example}.", name=prefix, steps=str(steps), example="[{wait: 1 day}]"
        )  # fmt: skip
    names = [f"{prefix}{place}" for place in range(1, len(steps) + 1)]
    for name, step, follow in zip(names, steps, [*names[1:], after], strict=True):
        if not isinstance(step, Mapping) or len(step) != 1:
            raise JourneyError(
                "The step {name} is {step!r}.", "A step is one word with what it takes: {known}.",
                name=name, step=str(step), known=", ".join(kinds()),
            )  # fmt: skip
        ((word, written),) = step.items()
        kind = kind_named(str(word))
        given, inside = kind.read(written)
        given = kind.ready(ws, given) if kind.ready else given
        nodes[name] = Node(name, kind.name, given, {})
        exits = {
            outcome: _place(ws, part, f"{name}.{outcome}.", follow, nodes) for outcome, part in inside.items()
        }
        nodes[name] = Node(name, kind.name, given, exits or {NEXT: "" if kind.ends else follow})
    return names[0]
