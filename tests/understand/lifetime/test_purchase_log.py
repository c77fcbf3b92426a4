"""The log of purchases: it does not depend on how an engine numbers people."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from quanyu.understand.lifetime.purchase_log import PurchaseLog

ROWS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 30), st.integers(1, 999)), min_size=1, max_size=60
)


@given(ROWS, st.permutations(range(10)))
def test_the_log_is_the_same_to_the_last_digit_whatever_numbers_people_have(
    rows: list[tuple[int, int, int]], numbers: list[int]
) -> None:
    by_day = {(who, day): cents / 100 for who, day, cents in rows}

    def logged(name: dict[int, int]) -> PurchaseLog:
        keys = sorted((name[who], day, amount) for (who, day), amount in by_day.items())
        person, day, amount = (np.array(column) for column in zip(*keys, strict=True))
        return PurchaseLog.of(person, day, np.ones(len(keys), dtype=bool), amount.astype(np.float64))

    one, other = logged({who: who for who in range(10)}), logged(dict(enumerate(numbers)))
    assert [one.person.tolist(), one.day.tolist(), one.amount.tolist()] == [
        other.person.tolist(),
        other.day.tolist(),
        other.amount.tolist(),
    ]
