"""The parts of a change add up to the change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.measure.metric.explain import decompose

SIDE = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.floats(0, 1e6), st.floats(1, 1e6)), min_size=1, max_size=6
)


@given(SIDE, SIDE)
def test_mix_and_rate_add_up_to_the_change_of_a_ratio(before, now) -> None:
    parts = decompose(before, now, is_ratio=True)
    wholes = [
        sum(top for top, _ in side.values()) / sum(bottom for _, bottom in side.values())
        for side in (before, now)
    ]
    scale = 1 + max(top / bottom for side in (before, now) for top, bottom in side.values())
    assert sum(part.contribution for part in parts) == pytest.approx(wholes[1] - wholes[0], abs=1e-9 * scale)
    assert all(part.mix + part.rate == pytest.approx(part.contribution) for part in parts)


@given(SIDE, SIDE)
def test_contributions_add_up_to_the_change_of_a_total(before, now) -> None:
    parts = decompose(before, now, is_ratio=False)
    change = sum(top for top, _ in now.values()) - sum(top for top, _ in before.values())
    assert sum(part.contribution for part in parts) == pytest.approx(change, abs=1e-6)


def test_simpsons_paradox_is_told_as_mix() -> None:
    before = {"cheap": (10.0, 100.0), "dear": (90.0, 300.0)}
    now = {"cheap": (36.0, 300.0), "dear": (32.0, 100.0)}
    parts = decompose(before, now, is_ratio=True)
    assert all(part.rate > 0 for part in parts)
    assert sum(part.contribution for part in parts) < 0
