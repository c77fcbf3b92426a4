"""What `quanyu sql` prints: always JSON, every column, every time."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quanyu.workspace
from quanyu.cli.command.warehouse.query import names, rows, sql
from quanyu.cli.screen import as_json

ODD = """SELECT 'NaN'::DOUBLE AS n, '-infinity'::DOUBLE AS n, [1.5, 'infinity'::DOUBLE] AS listed, {'x': 'nan'::FLOAT} AS held,
  'infinity'::TIMESTAMP AS t, TIMESTAMP '9999-12-31 23:59:59' + INTERVAL 5 YEAR AS late, TIMESTAMPTZ '-infinity' AS z,
  DATE '5000-01-01' + 3000000 AS day, '0001-01-01'::TIMESTAMPTZ AS first, {'t': 'infinity'::TIMESTAMP} AS deep,
  '[/b] [red]' AS text, chr(27) || '[2J' AS steer"""


def refuse(word: str) -> None:
    raise AssertionError(word)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sql") / "shop"
    quanyu.workspace.create(root).close()
    return root


def test_odd_values_are_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql(ODD, shop, json=True)
    row = json.loads(capsys.readouterr().out, parse_constant=refuse)[0]
    assert (row["n"], row["n_2"], row["listed"], row["held"]) == (None, None, [1.5, None], {"x": None})
    assert (row["t"], row["z"], row["deep"]) == ("infinity", "-infinity", {"t": "infinity"})
    assert row["late"].startswith("10004-12-31 23:59:59")
    assert row["day"] == "13213-09-21"
    assert row["first"].startswith("0001-01-01T00:00:00")


def test_odd_values_are_printed_as_text(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql(ODD, shop)
    shown = capsys.readouterr().out
    assert "[/b] [red]" in shown
    assert "\x1b[2J" not in shown
    assert "n_2" in shown


def test_columns_of_one_name_are_all_kept() -> None:
    assert names(pa.table([[1], [2], [3], [4]], names=["n", "n", "n_2", "n"])) == ["n", "n_3", "n_2", "n_4"]


floats = st.floats(allow_nan=True, allow_infinity=True)
whole = st.integers(-(2**63) + 1, 2**63 - 1)


@given(
    st.recursive(
        floats, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    )
)
def test_any_value_is_json(value: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        written: list[str] = []
        patch.setattr("sys.stdout.write", written.append)
        as_json(value)
    made = json.loads("".join(written), parse_constant=refuse)
    if isinstance(value, float) and math.isfinite(value):
        assert made == value


@given(st.lists(whole, max_size=4), st.sampled_from(["s", "ms", "us", "ns"]), st.sampled_from([None, "UTC"]))
def test_any_time_can_be_printed(values: list[int], unit: str, zone: str | None) -> None:
    for kind in (pa.timestamp(unit, zone), pa.list_(pa.timestamp(unit, zone))):
        cells = [[value] if pa.types.is_list(kind) else value for value in values]
        made = rows(pa.table({"at": pa.array(cells, kind)}))
        assert len(made) == len(values)
        assert all(str(row[0]) for row in made)
