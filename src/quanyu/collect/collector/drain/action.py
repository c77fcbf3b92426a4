"""The action that brings what was posted into the tables."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.collect.collector.drain.draining import Drained, drain
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Nothing:
    """Nothing is asked for."""


def _drain(ws: Workspace, _: Nothing, __: Caller) -> Drained:
    return drain(ws)


DRAIN = Action(
    "drain_collector",
    "Bring what clients posted to the collector into the tables; servers do so by themselves every few seconds.",
    Nothing,
    Drained,
    _drain,
    said="brought what was posted into the tables",
)
