"""Answers: drawn by seed and send alone, as often as is planted, and each follows from what comes before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quanyu.world.answer import Habits, Sent, answers, recent

N = 40_000
HABITS = Habits(by_variant={"B": 1.5}, complained=0.004, unsubscribed=0.02)


def words(values: Any) -> np.ndarray:
    return np.array(values, object)


def crowd(n: int = N, channel: str = "mail", n_recent: int = 0) -> Sent:
    names = [f"c:1:{number}" for number in range(n)]
    return Sent(
        words(names), np.arange(n), words([channel] * n), words(["A", "B"] * (n // 2)), np.full(n, n_recent)
    )


@pytest.fixture(scope="module")
def told() -> Any:
    return answers(7, HABITS, crowd(), np.ones(N))


def test_a_send_is_answered_alike_in_any_order_and_company_and_by_seed(told: Any) -> None:
    few = np.arange(N)[::-7]
    again = answers(7, HABITS, crowd().at(few), np.ones(len(few)))
    for name in ("lift", "is_caused", "order_days", "status"):
        assert (getattr(told, name)[few] == getattr(again, name)).all()
    chosen = pc.is_in(told.rows["send_id"], pa.array(crowd().send_id[few]))
    assert told.rows.filter(chosen).equals(again.rows)
    other = answers(8, HABITS, crowd(), np.ones(N))
    assert (other.is_caused != told.is_caused).sum() > 0.05 * N


@pytest.mark.parametrize("channel", ["mail", "sms"])
def test_what_is_drawn_happens_as_often_as_is_planted(channel: str) -> None:
    told = answers(7, HABITS, crowd(channel=channel, n_recent=1), np.ones(N))
    seen = {
        "lift": told.is_caused, "p_opened": told.has["opened"], "p_clicked": told.has["clicked"],
        "p_unsubscribed": told.has["unsubscribed"], "p_complained": told.has["complained"],
    }  # fmt: skip
    for name, flags in seen.items():
        chance = getattr(told, name)
        for variant in ("A", "B"):
            mine = told.sent.variant == variant
            wide = 4 * np.sqrt((chance[mine] * (1 - chance[mine])).sum())
            assert abs(flags[mine].sum() - chance[mine].sum()) < wide, (name, variant)
    bounced = (told.status == "bounced").mean()
    assert bounced == pytest.approx(HABITS.hard_bounce, abs=4 * (0.01 / N) ** 0.5)


def test_channels_contents_people_and_fatigue_move_the_lift() -> None:
    base = answers(7, HABITS, crowd(), np.ones(N)).lift
    assert base[1] / base[0] == pytest.approx(1.5)
    sms, tired = (
        answers(7, HABITS, crowd(channel="sms"), np.ones(N)),
        answers(7, HABITS, crowd(n_recent=3), np.ones(N)),
    )
    assert sms.lift[0] / base[0] == pytest.approx(1 / 0.8)
    assert tired.lift[0] / base[0] == pytest.approx(np.exp(-0.45))
    assert answers(7, HABITS, crowd(), np.zeros(N)).is_caused.sum() == 0
    assert tired.has["unsubscribed"].mean() > 1.8 * HABITS.unsubscribed
    assert tired.has["opened"].mean() < sms.has["opened"].mean()


def test_nothing_comes_from_what_has_not_arrived_and_who_acts_has_opened(told: Any) -> None:
    gone = told.status != "delivered"
    for flags in (*told.has.values(), told.is_caused):
        assert not (flags & gone).any()
    for name in ("clicked", "unsubscribed", "complained"):
        assert not (told.has[name] & ~told.has["opened"]).any()
    assert not (told.is_caused & ~told.has["opened"]).any()
    lost = told.sent.send_id[gone]
    rows = told.rows.filter(pc.is_in(told.rows["send_id"], pa.array(lost)))
    assert set(rows["kind"].to_pylist()) == {"bounced", "deferred"} and rows.num_rows == gone.sum()


def test_scanners_click_every_link_at_once_in_some_mailboxes_and_people_later(told: Any) -> None:
    clicks = told.rows.filter(pc.equal(told.rows["kind"], "clicked"))
    programs = clicks.filter(clicks["is_program"])
    by_send = programs.group_by("send_id").aggregate([("link", "count_distinct"), ("after_seconds", "max")])
    assert set(by_send["link_count_distinct"].to_pylist()) == {3}
    assert max(by_send["after_seconds_max"].to_pylist()) < 3
    assert by_send.num_rows / N == pytest.approx(HABITS.scanned * 0.98, rel=0.1)
    assert min(clicks.filter(pc.invert(clicks["is_program"]))["after_seconds"].to_pylist()) > 60
    by_sms = answers(7, HABITS, crowd(channel="sms"), np.ones(N)).rows
    assert not any(by_sms["is_program"].to_pylist())
    leaving = by_sms.filter(pc.equal(by_sms["detail"], "R"))
    assert set(leaving["kind"].to_pylist()) == {"replied"} and leaving.num_rows > 500


def test_a_message_may_keep_people_from_buying() -> None:
    told = answers(7, replace(HABITS, deterred=0.3), crowd(), np.ones(N))
    assert told.is_deterred.mean() == pytest.approx(0.3 * 0.98, abs=0.01)


def test_recent_counts_the_others_of_the_thirty_days_before() -> None:
    rng = np.random.default_rng(3)
    person, day = rng.integers(0, 40, 400), rng.integers(0, 200, 400) * 1.0
    brute = [
        ((person == who) & (day < at) & (day >= at - 30)).sum() for who, at in zip(person, day, strict=True)
    ]
    assert recent(person, day).tolist() == brute
    assert recent(np.array([], int), np.array([])).tolist() == []
