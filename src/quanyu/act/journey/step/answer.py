"""`wait_for: {what: bought, within: 2 days, then: [...], else: [...]}`: whoever does it in time goes one way, the rest the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from quanyu.act.journey.step.step import Decided, Node, Scene, StepKind, fields_of, seconds
from quanyu.rule import parse
from quanyu.rule.row import did_of

DONE, NOT_DONE = "then", "else"


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return what is waited for, in how many seconds, and what follows either way."""
    told = fields_of("wait_for", given, ("what", "within", DONE, NOT_DONE), ("what", "within"))
    did_of(parse(str(told["what"])))
    kept = {"what": str(told["what"]), "seconds": seconds(told["within"])}
    return kept, {DONE: told.get(DONE) or [], NOT_DONE: told.get(NOT_DONE) or []}


def due(given: Mapping[str, Any], at: dt.datetime, _: ZoneInfo) -> dt.datetime:
    """Return when the time is over."""
    return at + dt.timedelta(seconds=given["seconds"])


def decide(_: Scene, __: Node, people: pa.Table) -> Decided:
    """Let those go whose time is over: whoever did it in time is gone before."""
    return Decided({NOT_DONE: people["enrolment_id"].to_pylist()})


KIND = StepKind("wait_for", "Wait for what somebody does", read, decide, due, answer=DONE)
