"""The step `attribution`: credits add up to what was sold, whatever the order of rows."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from tests.measure.traffic import AS_OF, Bought, Contact, draw_bought, draw_contacts, write_shop

from quanyu.ledger import find_fit
from quanyu.measure.attribution.attribution import attribution
from quanyu.tables.owned.measured import MODELS
from quanyu.tables.view.credit import UNATTRIBUTED
from quanyu.workspace import Workspace

FEW: dict[str, Any] = {"attribution": {"n_resamples": 20, "period_days": 70, "other_windows": (7,)}}


def rows_of(ws: Workspace, name: str = "credits") -> list[dict[str, Any]]:
    return ws.warehouse.read(ws.warehouse.table(name)).to_pylist()


def known_margins(seed: int) -> list[Bought]:
    whole = draw_bought(seed, 150)
    return [Bought(**vars(one) | {"margin": (one.net / 3).quantize(Decimal("0.01"))}) for one in whole]


def run(ws: Workspace, seed: int, *, is_shuffled: bool = False) -> list[dict[str, Any]]:
    contacts, bought = draw_contacts(seed, 300), known_margins(seed)
    if is_shuffled:
        random.Random(9).shuffle(contacts)
        random.Random(8).shuffle(bought)
    write_shop(ws, contacts, bought)
    attribution(ws, AS_OF)
    return rows_of(ws)


def check_sums(rows: list[dict[str, Any]], sold: list[Bought]) -> None:
    sums: dict[tuple[str, ...], list[Any]] = defaultdict(lambda: [0.0, Decimal(0), Decimal(0)])
    for row in rows:
        if row["model"] != "claimed" and row["conversions"] is not None:
            cell = sums[row["model"], row["level"], row["window"]]
            cell[0] += row["conversions"]
            cell[1] += row["revenue_amount"]
            cell[2] += row["margin_amount"]
    orders = len(sold)
    revenue, margin = sum(one.net for one in sold), sum(one.margin for one in sold if one.margin)
    assert len(sums) == 9 * 2 * 2
    for conversions, money, profit in sums.values():
        assert round(conversions, 6) == orders and (money, profit) == (revenue, margin)


@pytest.mark.parametrize("seed", [1])
def test_credits_add_up_to_the_cent_and_to_the_order(make_workspace, seed: int) -> None:
    rows = run(make_workspace(**FEW), seed)
    check_sums(rows, [one for one in known_margins(seed) if one.is_sale])
    assert all(
        row["low"] - 1e-3 <= row["conversions"] <= row["high"] + 1e-3
        for row in rows
        if row["low"] is not None
    )


def test_the_order_of_rows_does_not_matter(make_workspace) -> None:
    one, other = (run(make_workspace(**FEW), 3, is_shuffled=shuffled) for shuffled in (False, True))
    assert one == other


def test_costs_claims_and_channels_that_touched_nobody_known(make_workspace) -> None:
    ws = make_workspace(**FEW)
    contacts = [
        Contact(0, "touches", 1, 86_400 * 50, "sms", "C1", "message"),
        Contact(1, "touches", 1, 86_400 * 51, "baidu_search", "700"),
    ]
    write_shop(ws, contacts, [Bought(1, 1, 86_400 * 52, "paid", Decimal("90.00"), None)])
    attribution(ws, AS_OF)
    rows = {(row["level"], row["model"], row["key"]): row for row in rows_of(ws) if row["window"] == "30d"}
    last = {key: row for (level, model, key), row in rows.items() if (level, model) == ("channel", "last")}
    assert {key: (row["conversions"], row["cost_amount"]) for key, row in last.items()} == {
        "sms": (0, Decimal("0.05")),
        "baidu": (1, Decimal("780.00")),
        "google_ads": (None, Decimal("390.00")),
        UNATTRIBUTED: (0, None),
    }
    assert last["baidu"]["new_buyers"] == 1 and last["baidu"]["margin_amount"] is None
    assert rows["channel", "claimed", "google_ads"]["conversions"] == 39
    assert rows["campaign", "last", "baidu/700"]["cost_amount"] == Decimal("390.00")
    assert {row["model"] for row in rows.values()} == set(MODELS)
    assert all(row["as_of"] == AS_OF for row in rows.values())


def test_the_fit_is_kept_and_the_same_seed_gives_the_same(make_workspace) -> None:
    first, second = make_workspace(**FEW), make_workspace(**FEW)
    one, other = run(first, 5), run(second, 5)
    assert one == other
    kept = find_fit(first.ledger, one[0]["fit_id"])
    assert kept is not None and set(kept.parameters) == {"7d", "30d"}


def test_an_empty_shop_has_no_rows_not_rows_of_nothing(make_workspace) -> None:
    ws = make_workspace(**FEW)
    attribution(ws, AS_OF)
    assert rows_of(ws) == []
    assert ws.warehouse.count("paths") == 0


@pytest.mark.parametrize("what", ["touches", "orders"])
def test_too_little_gives_no_credits_but_keeps_the_totals(make_workspace, what: str) -> None:
    ws = make_workspace(**FEW)
    contacts = draw_contacts(1, 40) if what == "touches" else []
    write_shop(ws, contacts, draw_bought(1) if what == "orders" else [])
    attribution(ws, AS_OF)
    keys = {row["key"] for row in rows_of(ws) if row["model"] == "last" and row["conversions"] is not None}
    assert keys == {UNATTRIBUTED}
