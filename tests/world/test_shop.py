from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from quanyu.errors import SettingError
from quanyu.world import Shop


def test_the_last_day_is_part_of_the_shop() -> None:
    assert Shop(days=1, ends_on=date(2026, 11, 20)).starts_on == date(2026, 11, 20)


def test_streams_depend_on_seed_purpose_and_block_only() -> None:
    draw = Shop(seed=1).random("people", 2).random(3)
    assert np.array_equal(draw, Shop(seed=1, people=9).random("people", 2).random(3))
    for other in (
        Shop(seed=2).random("people", 2),
        Shop(seed=1).random("orders", 2),
        Shop(seed=1).random("people", 3),
    ):
        assert not np.array_equal(draw, other.random(3))


@pytest.mark.parametrize("wrong", [{"people": 0}, {"days": 0}, {"n_items": 3}, {"block": 0}])
def test_impossible_shops_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingError, match=next(iter(wrong))):
        Shop(**wrong)
