"""`exit: REASON`: the journey ends here for whoever comes by."""

from __future__ import annotations

from typing import Any

from quanyu.act.journey.step.step import StepKind
from quanyu.errors import JourneyError


def read(given: Any) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return the reason as it was written."""
    if not isinstance(given, str) or not given.strip():
        raise JourneyError(
            "exit is given {given!r}.", "Write why, such as: exit: not_interested", given=str(given)
        )
    return {"reason": given.strip()}, {}


KIND = StepKind("exit", "Leave", read, ends="reason")
