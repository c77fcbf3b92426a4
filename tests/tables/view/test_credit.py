"""The book of credits: ratios, what is unknown, and how far models differ."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa

from quanyu.tables import contract
from quanyu.tables.owned.measured import MODELS
from quanyu.tables.view.credit import CreditBook, credit_book


def row(model: str, key: str, conversions: float | None, **more: Any) -> dict[str, Any]:
    return {
        "model": model, "level": "channel", "key": key, "window": "30d", "conversions": conversions,
        "since": dt.date(2026, 1, 1), "as_of": dt.date(2026, 3, 1), **more,
    }  # fmt: skip


def book(*rows: dict[str, Any], window: str = "30d") -> CreditBook:
    table = pa.Table.from_pylist(list(rows), contract("credits").schema.to_pyarrow())
    return credit_book(table, "channel", window, MODELS)


SMALL = (
    row("last", "search", 8.0, revenue_amount=Decimal(800), cost_amount=Decimal(200), new_buyers=4.0),
    row("last", "mail", 2.0, cost_amount=Decimal(0)),
    row("last", "jd", None, cost_amount=Decimal(50)),
    row("last", "unattributed", 10.0),
    row("first", "search", 5.0),
    row("first", "mail", 5.0),
    row("first", "jd", None, cost_amount=Decimal(50)),
    row("first", "unattributed", 10.0),
    row("shapley_rate", "search", 30.0),
    row("shapley_rate", "mail", -20.0),
    row("claimed", "search", 50.0),
)


def test_sums_ratios_and_what_is_unknown() -> None:
    found = book(*SMALL)
    assert found.models == ("last", "first", "shapley_rate") and found.fixed == ("last", "first")
    assert found.keys == ("search", "mail", "jd") and found.touched == ("search", "mail")
    assert (found.attributed, found.unattributed, found.n_orders, found.attributed_share) == (10, 10, 20, 0.5)
    assert found.cost_amount == 250
    search, mail, jd = found.column("last")
    assert (search.roas, search.cac, search.cost_per_order) == (4.0, 50.0, 25.0)
    assert (mail.roas, mail.cac, jd.conversions, jd.roas, jd.profit_amount) == (None, None, None, None, None)
    assert found.of("claimed", "search").conversions == 50 and found.of("claimed", "mail").conversions is None


def test_models_differ_by_the_orders_that_change_hands() -> None:
    found = book(*SMALL).disagreement()
    assert found is not None
    assert (found.share, set(found.models)) == (0.3, {"first", "last"})
    assert found.key in {"search", "mail"}
    assert {(found.least_by, found.most_by)} == {
        ("first", "last") if found.key == "search" else ("last", "first")
    }
    assert found.most - found.least == 3


def test_one_model_or_none_gives_nothing_to_compare() -> None:
    assert book(*(one for one in SMALL if one["model"] == "last")).disagreement() is None
    empty = book()
    assert (empty.models, empty.keys, empty.n_orders, empty.attributed_share, empty.cost_amount) == (
        (),
        (),
        0,
        None,
        0,
    )
    assert empty.disagreement() is None


def test_an_unknown_window_gives_the_usual_one() -> None:
    other = [one | {"window": "7d"} for one in SMALL]
    found = book(*other, *SMALL, window="12d")
    assert (found.window, found.windows) == ("30d", ("7d", "30d"))
    assert book(*other, window="12d").window == "7d"
