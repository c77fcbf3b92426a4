from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from quanyu.errors import WorkspaceError
from quanyu.ledger import Tally, as_kept, to_json


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("1.50"), "1.50"),
        (dt.date(2026, 11, 11), "2026-11-11"),
        (dt.datetime(2026, 11, 11, tzinfo=dt.UTC), "2026-11-11T00:00:00+00:00"),
        (Path("订单.csv"), "订单.csv"),
        ({3, 1}, [1, 3]),
        (Tally(1), {"n_rows": 1, "n_taken": 0, "n_refused": 0, "changes": {}, "due_at": None}),
        (np.arange(4).reshape(2, 2), [[0, 1], [2, 3]]),
        (np.float64(0.1), 0.1),
        ("\ud800\0", "\ud800\0"),
    ],
)
def test_values_of_analyses_are_kept_as_plain_json(value, kept):
    assert as_kept({"value": value}) == {"value": kept}


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), np.array([np.nan]), object(), {1: 1, "1": 2, None: 3}]
)
def test_what_json_cannot_say_is_refused(value):
    with pytest.raises(WorkspaceError, match="cannot be kept as JSON"):
        to_json(value)
