"""Touches and the daily series against the same worked out in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from tests.measure.traffic import (
    AS_OF,
    START,
    draw_bought,
    draw_contacts,
    expected_touches,
    write_shop,
)

from quanyu.measure.touch.touch import touches
from quanyu.measure.touch.touch_series import touch_series
from quanyu.workspace import Workspace


@pytest.mark.parametrize("seed", [1, 2])
def test_every_contact_counts_once(embedded: Workspace, seed: int) -> None:
    contacts = draw_contacts(seed)
    write_shop(embedded, contacts, draw_bought(seed))
    found = embedded.warehouse.read(touches(embedded, AS_OF)).to_pylist()
    numbers = {row["person"] for row in found}
    got = sorted(
        (int((row["touched_at"] - START).total_seconds()), row["channel"], row["campaign_id"] or "")
        for row in found
    )
    wanted = expected_touches(contacts)
    assert got == sorted((second, channel, campaign or "") for _, second, channel, campaign in wanted)
    assert len(numbers) == len({person for person, *_ in wanted})


def test_nothing_loaded_gives_no_touches(embedded: Workspace) -> None:
    assert embedded.warehouse.read(touches(embedded, AS_OF)).num_rows == 0
    assert embedded.warehouse.read(touch_series(embedded, AS_OF)).num_rows == 0


@pytest.mark.parametrize("windows", [{}, {"baidu": 2, "sms": 60}])
def test_the_series_counts_orders_with_a_touch_in_the_channels_window(make_workspace, windows) -> None:
    _check_series(make_workspace(attribution={"channel_windows": windows}), windows, seed=3)


def _check_series(ws: Workspace, windows: dict[str, int], seed: int) -> None:
    contacts, bought = draw_contacts(seed), draw_bought(seed)
    write_shop(ws, contacts, bought)
    met = expected_touches(contacts)
    wanted: dict[tuple[dt.date, str], list[tuple[Decimal, Decimal | None]]] = defaultdict(list)
    for order in (one for one in bought if one.is_sale):
        channels = {"all"} | {
            channel
            for person, second, channel, _ in met
            if person == order.person and 0 <= order.second - second <= windows.get(channel, 30) * 86_400
        }
        for channel in channels:
            wanted[order.on, channel].append((order.net, order.margin))
    expected = {
        place: (
            len(orders),
            sum(net for net, _ in orders),
            sum(known) if (known := [margin for _, margin in orders if margin is not None]) else None,
        )
        for place, orders in wanted.items()
    }
    rows = ws.warehouse.read(touch_series(ws, AS_OF)).to_pylist()
    found = {
        (row["on"], row["channel"]): (row["n_orders"], row["revenue_amount"], row["margin_amount"])
        for row in rows
    }
    assert found == expected
