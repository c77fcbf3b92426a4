"""`wait: 2 days`: a time passes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from quanyu.act.journey.step.step import StepKind, seconds


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the seconds of a written time."""
    return {"seconds": seconds(given)}, {}


def due(given: Mapping[str, Any], at: dt.datetime, _: ZoneInfo) -> dt.datetime:
    """Return the moment after the wait; it elapses, whatever clocks do."""
    return at + dt.timedelta(seconds=given["seconds"])


KIND = StepKind("wait", "Wait", read, due=due)
