"""Paths against the same worked out person by person in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import numpy as np
import pytest
from tests.measure.traffic import AS_OF, Bought, draw_bought, draw_contacts, expected_touches, write_shop

from quanyu.measure.attribution.path import LEVELS, Found, Side, paths, steps
from quanyu.measure.touch.purchase import OUTCOMES
from quanyu.method.scratch import Scratch
from quanyu.workspace import Workspace

DAY = 86_400
PERIOD = 40
SINCE = AS_OF - dt.timedelta(days=PERIOD)
Brought = tuple[int, int, Decimal, Decimal]


def purchases(bought: list[Bought], minutes: int) -> dict[int, list[tuple[int, Brought]]]:
    """Return the purchases of every person: orders placed together are one."""
    found: dict[int, list[tuple[int, Brought]]] = defaultdict(list)
    last: dict[int, int] = {}
    for order in sorted(
        (one for one in bought if one.is_sale and one.person is not None), key=lambda o: o.second
    ):
        brought = (1, 0 if order.person in last else 1, order.net, order.margin or Decimal(0))
        if order.person in last and order.second - last[order.person] <= minutes * 60:
            second, before = found[order.person].pop()
            found[order.person].append((second, tuple(a + b for a, b in zip(before, brought, strict=True))))
        else:
            found[order.person].append((order.second, brought))
        last[order.person] = order.second
    return found


def expected(contacts, bought, window_days: int, level: str):
    """Return {path: [nulls, outcomes]} and {(path, step): decayed conversions}."""
    begins = int(
        dt.datetime(SINCE.year, SINCE.month, SINCE.day, tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp()
    )
    zero = int(dt.datetime(2026, 9, 1, 1, tzinfo=dt.UTC).timestamp())
    window = window_days * DAY
    made: dict[str, list] = defaultdict(lambda: [0, np.array([0, 0, Decimal(0), Decimal(0)], dtype=object)])
    decayed: dict[tuple[str, int], float] = defaultdict(float)
    bought_by, met = purchases(bought, 30), defaultdict(list)
    for person, second, channel, campaign in expected_touches(contacts):
        word = channel if level == "channel" or not campaign else f"{channel}/{campaign}"
        met[person].append((second, word))
    for person, touched in met.items():
        runs: list[list] = []
        for second, word in sorted(touched):
            ends = next((one for one in bought_by[person] if one[0] >= second), None)
            is_buying = ends is not None and ends[0] - second <= window
            segment = sum(one[0] < second for one in bought_by[person])
            before = runs[-1] if runs else None
            goes_on = (
                before
                and before[0] == (segment, is_buying)
                and (is_buying or second - before[2][-1][0] <= window)
            )
            if not goes_on:
                runs.append([(segment, is_buying), ends, []])
            runs[-1][2].append((second, word))
        for (_, is_buying), ends, touches in runs:
            if (ends[0] if is_buying else touches[-1][0]) + zero < begins:
                continue
            path = " > ".join(word for _, word in touches)
            if not is_buying:
                made[path][0] += 1
                continue
            made[path][1] = made[path][1] + np.array(ends[1], dtype=object)
            weights = [2 ** (-(ends[0] - second) / DAY / 7) for second, _ in touches]
            for step, weight in enumerate(weights):
                decayed[path, step] += ends[1][0] * weight / sum(weights)
    return made, decayed


def found_in(one: Found):
    rows = {
        row["path"]: (row["n_nulls"], tuple(row[name] for name in OUTCOMES)) for row in one.rows.to_pylist()
    }
    return rows, {(row["path"], row["step"]): float(row["n_conversions"]) for row in one.decay.to_pylist()}


def check(ws: Workspace, seed: int) -> None:
    contacts, bought = draw_contacts(seed, 300), draw_bought(seed, 120)
    write_shop(ws, contacts, bought)
    with Scratch(ws) as scratch:
        followed = steps([Side(ws, AS_OF)], scratch, 30)
        results = [(one.window_days, one) for one in paths(ws, scratch, followed, [3, 30])]
    sold = [one for one in bought if one.is_sale and one.on >= SINCE]
    assert [one.level for _, one in results] == [*LEVELS, *LEVELS]
    for window, one in results:
        rows, decay = found_in(one)
        wanted, decayed = expected(contacts, bought, window, one.level)
        total = [sum(outcomes[column] for _, outcomes in rows.values()) for column in (0, 2)]
        assert total == [len(sold), sum(order.net for order in sold)]
        rows.pop("")
        assert rows == {path: (nulls, tuple(outcomes)) for path, (nulls, outcomes) in wanted.items()}
        assert decay.keys() == decayed.keys()
        np.testing.assert_allclose(
            [decay[key] for key in decayed], list(decayed.values()), rtol=0, atol=1e-10
        )


SETTINGS = {"attribution": {"period_days": PERIOD}}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_touch_is_in_one_path(make_workspace, seed: int) -> None:
    check(make_workspace(**SETTINGS), seed)


def test_orders_placed_together_share_their_path(make_workspace) -> None:
    from tests.measure.traffic import Contact

    ws = make_workspace()
    contacts = [Contact(0, "touches", 1, 0, "sms", None, "message")]
    orders = [
        Bought(number, 1, second, "paid", Decimal("10.00"), None)
        for number, second in enumerate([600, 600, 1_200, 9_000])
    ]
    write_shop(ws, contacts, orders)
    with Scratch(ws) as scratch:
        (one, _) = paths(ws, scratch, steps([Side(ws, AS_OF)], scratch, 30), [30])
    rows, _ = found_in(one)
    assert rows == {"sms": (0, (3, 1, Decimal("30.00"), 0)), "": (0, (1, 0, Decimal("10.00"), 0))}
