"""Clocks: right ones move nothing however late a request is, wrong ones are corrected, the same batch keeps its times."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.collect.collector import Posted
from quanyu.collect.collector.wire import messages
from quanyu.collect.collector.wire.clock import GRID, SECOND, correction

T = 1_794_355_200 * SECOND
HOUR = 3600 * SECOND
TRANSIT = 80_000


def times(occurred: list[int], sent: int, received: int) -> list[int]:
    """The times of a batch as they are read: `occurred` and `sent` by the device's clock, `received` by ours."""
    iso = [{"type": "track", "event": "e", "userId": "1", "timestamp": at // 1000} for at in occurred]
    body = json.dumps({"batch": iso, "sentAt": sent // 1000}).encode()
    return [message.occurred_at for message in messages(Posted("s", "segment", received, body))]


@pytest.mark.parametrize("wrong", [0, HOUR, -HOUR, 8 * HOUR, -26 * HOUR])
def test_late_batches_keep_their_order_and_their_times(wrong) -> None:
    read = []
    for n, late in enumerate((0, 30 * SECOND, 0)):
        at = T + n * 10 * SECOND
        read += times([at + wrong], at + wrong, at + TRANSIT + late)
    assert read == [T, T + 10 * SECOND, T + 20 * SECOND]


@pytest.mark.parametrize("wrong", [0, HOUR, -HOUR])
def test_a_batch_that_is_sent_again_keeps_its_times(wrong) -> None:
    first = times([T + wrong, T + wrong + SECOND], T + wrong + 2 * SECOND, T + 2 * SECOND + TRANSIT)
    frozen = times([T + wrong, T + wrong + SECOND], T + wrong + 2 * SECOND, T + 602 * SECOND)
    stamped = times([T + wrong, T + wrong + SECOND], T + wrong + 602 * SECOND, T + 602 * SECOND + TRANSIT)
    assert first == frozen == stamped == [T, T + SECOND]


@pytest.mark.parametrize("wrong", [30 * SECOND, -30 * SECOND, -14 * 60 * SECOND])
def test_a_clock_that_is_a_little_wrong_is_left_alone(wrong) -> None:
    assert times([T + wrong], T + wrong + SECOND, T + SECOND + TRANSIT) == [T + wrong]


def test_what_waited_on_a_device_keeps_its_time() -> None:
    assert times([T - 30 * HOUR, T], T + SECOND, T + SECOND + TRANSIT) == [T - 30 * HOUR, T]


def test_without_a_time_of_sending_only_a_clock_that_is_ahead_is_seen() -> None:
    ahead = b'[{"type":"track","event":"e","distinct_id":"1","time":%d}]' % ((T + HOUR) // 1000)
    (message,) = messages(Posted("s", "sensors", T, ahead))
    assert message.occurred_at == T
    behind = b'[{"type":"track","event":"e","distinct_id":"1","time":%d}]' % ((T - HOUR) // 1000)
    assert messages(Posted("s", "sensors", T, behind))[0].occurred_at == T - HOUR


@given(wrong=st.integers(-100 * HOUR, 100 * HOUR), late=st.integers(0, 60 * SECOND))
def test_a_corrected_time_is_never_after_the_true_one_and_at_most_a_quarter_before(wrong, late) -> None:
    read_at = T + wrong + correction(T + wrong, T + late)
    allowed_ahead = 60 * SECOND if wrong <= 60 * SECOND + late else SECOND
    assert -GRID <= read_at - T <= max(allowed_ahead, SECOND) + late


def test_what_happened_after_its_sending_is_of_another_sending() -> None:
    """Clients that keep a request write the time of its first sending for all of them; a clock that is ahead still is corrected."""
    assert times([T], T - 14 * 24 * HOUR, T + 240 * SECOND) == [T]
    assert times([T + 2 * HOUR], T + 2 * HOUR + SECOND, T + SECOND + TRANSIT) == [T]
