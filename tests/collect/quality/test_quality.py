"""Quality: each check finds what was planted, in one scan; a limit stops the run with findings written."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from tests.conftest import written_by

from quanyu.collect.quality.lines import Judged, judged_by_lines
from quanyu.collect.quality.quality import check, read_findings
from quanyu.collect.quality.quality_checks import CHECKS, examine
from quanyu.errors import QualityError, SettingError
from quanyu.tables import contract
from quanyu.text import translate
from quanyu.workspace.kept import kept

TODAY = dt.date(2026, 11, 20)


def at(days_ago: int) -> dt.datetime:
    return dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC) - dt.timedelta(days=days_ago)


def put(ws, table, rows):
    written_by(ws).warehouse.append(
        table, pa.Table.from_pylist(rows, schema=contract(table).schema.to_pyarrow()), by="collect"
    )


def order(number: int, **values) -> dict:
    given = {
        "order_id": f"o{number:04d}",
        "source": "s",
        "id_key": f"user:{number}",
        "ordered_at": at(1 + number % 30),
    }
    return {
        **given,
        "status": "paid",
        "channel": "own",
        "paid_amount": 100 + number % 50,
        "net_amount": 90,
        **values,
    }


@pytest.fixture
def shop(workspace):
    rows = [order(number) for number in range(300)]
    rows[3] = order(3, id_key=None)
    rows[4] = order(4, paid_amount=-5)
    rows[5] = order(5, status="unheard of")
    rows[6] = order(6, ordered_at=at(-9))
    rows[7] = order(7, paid_amount=999_999)
    put(workspace, "orders", [*rows, order(8)])
    put(workspace, "items", [{"item_id": "i1"}])
    lines = [
        {"order_id": key, "line_no": 1, "source": "s", "item_id": item, "n_items": 1}
        for key, item in (("o0001", "i1"), ("o0002", "i9"), ("gone", None))
    ]
    put(workspace, "order_lines", lines)
    rejected = {
        "source": "s",
        "file": "a.csv",
        "reason": "net_amount is -3.00, at least 0 is allowed",
        "rejected_at": at(0),
    }
    put(workspace, "rejects", [{**rejected, "line": 1}, {**rejected, "line": 2}])
    return workspace


def test_every_planted_fault_is_found(shop):
    check(shop, TODAY)
    found = {(one.table, one.column, one.check): one for one in read_findings(shop)}
    assert found["orders", "id_key", "completeness"].n_bad == 1
    assert found["orders", "id_key", "completeness"].examples == ({"source": "s", "order_id": "o0003"},)
    assert found["orders", "paid_amount", "range"].examples == ({"source": "s", "order_id": "o0004"},)
    assert found["orders", "status", "validity"].n_bad == 1
    assert found["orders", "ordered_at", "future"].n_bad == 1
    assert found["orders", "source+order_id", "uniqueness"].n_bad == 1
    assert found["orders", "paid_amount", "outliers"].n_bad == 2
    assert found["orders", "paid_amount", "outliers"].examples == (
        {"source": "s", "order_id": "o0004"},
        {"source": "s", "order_id": "o0007"},
    )
    assert found["orders", "ordered_at", "freshness"].value == 1
    assert found["orders", "ordered_at", "volume"].severity == "ok"
    assert found["order_lines", "order_id", "references"].n_bad == 1
    assert found["order_lines", "item_id", "references"].n_bad == 1
    refused = next(one for one in found.values() if one.check == "rejects")
    assert (refused.n_bad, refused.column) == (
        2,
        "s: net_amount is …at least … is allowed",
    ) or refused.n_bad == 2


def test_clean_columns_are_reported_as_clean(shop):
    check(shop, TODAY)
    found = {(one.table, one.column, one.check): one for one in read_findings(shop)}
    assert found["orders", "order_id", "completeness"].severity == "ok"
    assert all(one.severity != "ok" for one in read_findings(shop, is_bad=True))


def test_a_table_is_scanned_once(make_workspace):
    import ibis

    ws = make_workspace()
    put(ws, "orders", [order(number) for number in range(30)])
    reads: list[str] = []
    stream = ws.warehouse.engine.stream
    ws.warehouse.engine.stream = lambda expression, chunk: (
        reads.append(ibis.to_sql(expression, dialect="duckdb")), stream(expression, chunk)
    )[1]  # fmt: skip
    check(ws, TODAY)
    of_orders = [sql for sql in reads if "orders__v0" in sql and "n_rows" in sql]
    assert len(of_orders) == 1
    assert of_orders[0].count('"orders__v0"') == 1


@pytest.mark.parametrize(
    ("stop", "is_stopped"),
    [
        ({"orders.completeness": 0.001}, True),
        ({"orders.completeness": 0.01}, False),
        ({"completeness": 0.001, "orders.id_key.completeness": 0.5}, False),
        ({"orders.region.completeness": 0.5}, True),
        ({"orders.range": 0.0}, True),
        ({"rejects": 0.5}, False),
    ],
)
def test_a_limit_stops_the_run_and_the_findings_are_there(make_workspace, stop, is_stopped):
    ws = make_workspace()
    object.__setattr__(
        ws,
        "settings",
        ws.settings.model_copy(update={"quality": ws.settings.quality.model_copy(update={"stop": stop})}),
    )
    put(ws, "orders", [order(number) for number in range(300)] + [order(900, id_key=None, paid_amount=-1)])
    if is_stopped:
        with pytest.raises(QualityError, match=r"is 0|is 1"):
            check(ws, TODAY)
        assert any(one.severity == "stop" for one in read_findings(ws))
    else:
        check(ws, TODAY)


def test_an_unknown_check_in_the_settings_is_named(make_workspace):
    ws = make_workspace()
    settings = ws.settings.model_copy(
        update={"quality": ws.settings.quality.model_copy(update={"stop": {"orders.niceness": 0}})}
    )
    object.__setattr__(ws, "settings", settings)
    with pytest.raises(SettingError, match=r"orders\.niceness"):
        check(ws, TODAY)


def test_an_empty_workspace_has_no_findings(embedded):
    assert check(embedded, TODAY) == {"stop": 0, "warning": 0, "note": 0, "ok": 0}
    assert read_findings(embedded) == []


def test_a_drop_in_volume_is_a_warning(make_workspace):
    ws = make_workspace()
    put(
        ws,
        "orders",
        [order(number, ordered_at=at(2 + number % 28)) for number in range(280)]
        + [order(999, ordered_at=at(1))],
    )
    check(ws, TODAY)
    volume = next(one for one in read_findings(ws) if one.check == "volume")
    assert (volume.value, volume.severity) == (0.1, "warning")


def test_every_check_has_a_chinese_label():
    assert all(translate(one.label, "zh") != one.label for one in CHECKS.values())


def test_each_input_table_can_be_examined(make_workspace):
    from quanyu.tables import CONTRACTS

    ws = make_workspace()
    for table in CONTRACTS.values():
        if table.is_input:
            assert ws.warehouse.read(examine(ws, table, TODAY).sums).num_rows == 1


def merge(ws, table, rows):
    ws.warehouse.merge(
        table, pa.Table.from_pylist(rows, schema=contract(table).schema.to_pyarrow()), by="collect"
    )


def test_sales_against_their_lines_turn_by_turn_are_all_at_once(embedded) -> None:
    """Orders and lines come and change; the first that is off is right again, and others are as many as are shown or more."""

    def line(number: int, net: int) -> dict:
        return {"order_id": f"o{number:04d}", "line_no": 1, "source": "s", "item_id": "i1", "net_amount": net}

    put(embedded, "orders", [order(number, paid_amount=100) for number in range(40)])
    put(
        embedded,
        "order_lines",
        [line(number, 500 if number in range(3, 12) else 100) for number in range(40)],
    )
    check(embedded, TODAY)
    for orders, lines, n_off in (
        ([order(50, paid_amount=100)], [line(50, 100)], 9),
        ([order(4, paid_amount=101)], [], 9),
        ([order(1, paid_amount=500)], [line(20, 400)], 11),
        ([], [line(3, 100), line(30, 300)], 11),
        ([order(5, status="closed")], [line(60, 1)], 10),
    ):
        for table, rows in (("orders", orders), ("order_lines", lines)):
            if rows:
                merge(embedded, table, rows)
        check(embedded, TODAY)
        embedded.warehouse.turn.end()
        judged = Judged.kept(kept(embedded, "findings"))
        assert judged == judged_by_lines(embedded, None, None)
        assert judged.n_off == n_off
