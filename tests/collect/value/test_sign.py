"""The sign beside an amount is that of the row's currency, or the row is refused: nothing is guessed in silence."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from quanyu.collect.load.load import load
from quanyu.collect.reason import tell
from quanyu.collect.value.number import figure
from quanyu.warehouse.reader import Reader
from quanyu.workspace import Workspace

TWELVE = Decimal("12.00")
ROWS = {
    "12.00": TWELVE, "¥12.00": TWELVE, "￥12.00": TWELVE, "12.00元": TWELVE, "CNY 12.00": TWELVE, "12.00 RMB": TWELVE,
    "US$12.00": None, "12 EUR": None, "HK$12": None, "$12.00": None, "12.00 £": None, "12円": None, "USD 12": None,
}  # fmt: skip
"""What a cell says in a workspace of CNY, and the amount that it then is."""


def put(into: Path, rows: list[tuple[str, ...]], *names: str) -> Path:
    file = into / "orders.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("order_id", "id_key", "ordered_at", "status", "paid_amount", *names))
        writer.writerows(
            (f"{n}", "user:a", "2024-06-01 10:00:00", "paid", *row) for n, row in enumerate(rows)
        )
    return file


def paid(ws: Workspace) -> dict[int, object]:
    sql = "SELECT order_id, coalesce(original_paid_amount, paid_amount) AS paid FROM orders"
    return {int(row["order_id"]): row["paid"] for row in ws.warehouse.query(sql).to_pylist()}


def test_a_file_that_states_no_currency_has_that_of_the_workspace(embedded: Workspace, tmp_path) -> None:
    loaded = load(embedded, put(tmp_path, [(text,) for text in ROWS]))[0]
    wanted = {number: amount for number, amount in enumerate(ROWS.values()) if amount is not None}
    assert paid(embedded) == wanted
    ((reason, count),) = loaded.reasons.items()
    assert count == len(ROWS) - len(wanted)
    assert "another currency" in reason
    seen = embedded.warehouse.query("SELECT reason FROM rejects WHERE reason LIKE '%US$12.00%'").to_pylist()
    assert "US$12.00" in tell(seen[0]["reason"], "zh")
    assert "货币符号" in tell(seen[0]["reason"], "zh")


def test_a_row_that_states_its_currency_may_have_its_sign(embedded: Workspace, tmp_path: Path) -> None:
    rows = [
        ("US$12.00", "USD"), ("$12.00", "USD"), ("$12.00", "HKD"), ("12 EUR", "EUR"), ("¥12", "JPY"), ("12元", ""),
        ("US$12.00", "CAD"), ("$12.00", "EUR"), ("¥12", "USD"), ("US$12.00", ""),
    ]  # fmt: skip
    load(embedded, put(tmp_path, rows, "currency"))
    refused = embedded.warehouse.query("SELECT line FROM rejects").to_pylist()
    assert sorted(row["line"] - 2 for row in refused) == [6, 7, 8, 9]


def test_the_currency_of_an_amount_is_not_written_out_for_each(
    embedded: Workspace, tmp_path: Path, monkeypatch
) -> None:
    """It is a column: the engine would bind the list of all currencies as often as there are amounts, for every file."""
    ran, run = [], Reader.run
    monkeypatch.setattr(Reader, "run", lambda self, sql, into: ran.append(sql) or run(self, sql, into))
    load(
        embedded,
        put(tmp_path, [("12.00", "1.00", "2.00", "CNY")], "gross_amount", "shipping_amount", "currency"),
    )
    assert [sql.count("'ADP'") for sql in ran if "ADP" in sql] == [3], (
        "for the table, its column, and why it is refused"
    )


def test_counts_and_rates_have_no_currency_of_their_own(embedded: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("on,currency,into,rate\n2024-06-01,USD,CNY,HK$7.2\n", encoding="utf-8")
    assert load(embedded, file)[0].reasons == {}


@pytest.mark.parametrize(
    ("sign", "fitting"),
    [
        ("$", "USD CAD AUD HKD TWD SGD NZD MXN"), ("US$", "USD"), ("HK$", "HKD"), ("NT$", "TWD"), ("¥", "CNY JPY"),
        ("￥", "CNY JPY"), ("元", "CNY HKD TWD"), ("NTD", "TWD"), ("CNH", "CNY"), ("€", "EUR"), ("£", "GBP"), ("kr.", "SEK"),
        ("GBP", "GBP"),
    ],
)  # fmt: skip
def test_a_sign_fits_the_currencies_that_it_may_mean(sign: str, fitting: str) -> None:
    every = ["USD", "CAD", "AUD", "HKD", "TWD", "SGD", "NZD", "MXN", "CNY", "JPY", "EUR", "GBP", "SEK"]
    read = [currency for currency in every if figure(f"{sign} 12", currency=currency) == "12"]
    behind = [currency for currency in every if figure(f"12 {sign}", currency=currency) == "12"]
    assert read == behind == [currency for currency in every if currency in fitting.split()]
