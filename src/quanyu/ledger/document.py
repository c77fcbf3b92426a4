"""JSON as the ledger keeps it: the same text on both engines, and the same values back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Set
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, TypeAlias

from quanyu.errors import WorkspaceError

Document: TypeAlias = Mapping[str, Any]
"""A JSON object with text keys."""
_HINT = "Give text, finite numbers, lists and objects with text keys; null for what is missing."


def to_json(value: object) -> str:
    """Return a value as JSON text with sorted keys and only ASCII, so that every engine and disk takes it.

    Times and days become ISO text, decimals and paths text, sets sorted lists, dataclasses objects, NumPy
    arrays lists. Raises `WorkspaceError` for anything else; NaN and infinities included.

    >>> to_json({"b": Decimal("1.50"), "a": {3, 1}})
    '{"a": [1, 3], "b": "1.50"}'
    """
    try:
        return json.dumps(value, sort_keys=True, allow_nan=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise WorkspaceError("A record cannot be kept as JSON: {error}.", _HINT, error=str(error)) from None


def as_kept(value: object) -> Any:
    """Return a value as it comes back from the ledger.

    >>> as_kept({"days": (1, 2)})
    {'days': [1, 2]}
    """
    return json.loads(to_json(value))


def _plain(value: object) -> object:
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (Decimal, PurePath)):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (Enum, Set)):
        return value.value if isinstance(value, Enum) else sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise WorkspaceError("A record cannot be kept as JSON: {value!r} has no JSON form.", _HINT, value=value)
