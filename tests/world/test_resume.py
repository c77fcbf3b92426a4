"""A shop that goes on: what was stays, the same people come again, and the seller's course has its planted effect."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quanyu.world import Campaign, Course, Outreach, Shop, export, resume, simulate
from quanyu.world.answer import Habits, Sent, answers, leaning
from quanyu.world.people import make_people

SHOP = Shop(people=3_000, days=240, seed=11, ends_on=dt.date(2026, 8, 31), horizon=60)


@pytest.fixture(scope="module")
def first():
    return simulate(SHOP)


def test_a_later_period_follows_the_first_and_repeats_no_number(first, tmp_path):
    later = resume(first, 60)
    assert later.shop.starts_on == first.shop.ends_on + dt.timedelta(days=1)
    both = later.orders
    assert both.slice(0, first.orders.num_rows).drop(["evidence"]).equals(first.orders.drop(["evidence"]))
    keys = set(zip(both["platform"].to_pylist(), both["order_id"].to_pylist(), strict=True))
    assert len(keys) == both.num_rows
    for number, world in enumerate((first, later)):
        export(world, tmp_path / str(number))
    events = [pa.parquet.read_table(tmp_path / str(n) / "files" / "events.parquet") for n in (0, 1)]
    ids = [set(table["event_id"].drop_null().to_pylist()) for table in events]
    assert not {one for one in ids[0] & ids[1] if not one.startswith("e99")}  # those are broken on purpose


def test_the_course_changes_nothing_before_it_begins(first):
    pushed = resume(first, 60, Course({"qianchuan": 3.0}))
    again = resume(first, 60, Course({"qianchuan": 3.0}))
    assert pushed.orders.equals(again.orders)
    n = first.orders.num_rows
    assert pushed.orders.slice(0, n).drop(["evidence"]).equals(first.orders.drop(["evidence"]))


def test_demand_goes_on_at_its_level(first):
    later = resume(first, 60)
    parts = first.orders, later.orders.slice(first.orders.num_rows)
    base = [table.filter(pc.equal(table["cause"], "base")).num_rows for table in parts]
    demand = [world.setting.calendar.demand.sum() for world in (first, later)]
    rates = [n / d for n, d in zip(base, demand, strict=True)]
    # People leave for ever and new ones arrive, so the rate moves, but slowly.
    assert rates[1] == pytest.approx(rates[0], rel=0.25)


def test_spend_and_its_true_orders_follow_the_course(first):
    later = resume(first, 60, Course({"qianchuan": 1.5, "meta_ads": 0.5}))
    names = list(later.setting.causes[1:8])
    more, less, same = (names.index(name) for name in ("qianchuan", "meta_ads", "google_ads"))
    spend, usual = later.setting.media.spend, later.setting.usual.spend
    assert spend[more].sum() == pytest.approx(1.5 * usual[more].sum(), rel=1e-4)
    assert spend[less].sum() == pytest.approx(0.5 * usual[less].sum(), rel=1e-4)
    orders, before = later.setting.media.orders.sum(axis=1), later.setting.usual.orders.sum(axis=1)
    assert orders[more] > before[more]
    assert orders[less] < before[less]
    assert orders[same] == pytest.approx(before[same])


def test_messages_are_answered_as_each_send_is_and_only_who_got_one_is_moved(first):
    people, habits = np.arange(SHOP.people), Habits(lift=0.3, deterred=0.5, hard_bounce=0.2)
    words = [np.array([word] * SHOP.people, object) for word in ("sms", "A")]
    keys = np.array([f"spring:1:{number}" for number in people], object)
    sent = Sent(keys, people, *words, np.zeros(SHOP.people, int)).at(people % 10 != 4)
    campaign = Campaign("spring", "Spring", "sms", 0.0, 0.3, None, 5)
    arms = tuple(people[::2].tolist()), tuple(people[1::2].tolist())
    later = resume(first, 60, Course(outreach=(Outreach(campaign, *arms, sent, habits),)))
    told = answers(SHOP.seed, habits, sent, leaning(make_people(SHOP, 0), sent.person))
    bought = later.orders.filter(pc.equal(later.orders["cause"], "spring"))
    expected = {f"P{number + 1:08d}" for number in sent.person[told.is_caused].tolist() if number % 2 == 0}
    assert {int(one[1:]) for one in bought["person_id"].to_pylist()} == {int(one[1:]) for one in expected}
    base = later.orders.slice(first.orders.num_rows).filter(
        pc.equal(later.orders.slice(first.orders.num_rows)["cause"], "base")
    )
    until = dt.datetime(2026, 9, 14, 16, tzinfo=dt.UTC)
    early = base.filter(pc.less(base["ordered_at"], pa.scalar(until)))
    who = {int(one[1:]) - 1 for one in early["person_id"].to_pylist()}
    assert not who & {number for number in sent.person[told.is_deterred].tolist() if number % 2 == 0}
    assert who & {number for number in sent.person[told.is_deterred].tolist() if number % 2}


def test_an_outreach_brings_its_planted_orders(first):
    people = np.arange(SHOP.people)
    campaign = Campaign("spring", "Spring", "sms", 0.0, 0.4, 3, 5)
    outreach = Outreach(campaign, tuple(people[::2].tolist()), tuple(people[1::2].tolist()))
    later = resume(first, 60, Course(outreach=(outreach,)))
    reached = later.campaign_people
    assert reached.num_rows == SHOP.people
    treated = reached.filter(pc.equal(reached["arm"], "treated"))
    expected, caused = pc.sum(treated["p_lift"]).as_py(), pc.sum(treated["is_caused"]).as_py()
    assert caused == pytest.approx(expected, abs=4 * expected**0.5)
    orders = later.orders.filter(pc.equal(later.orders["cause"], "spring"))
    assert orders.num_rows == caused
    assert set(orders["person_id"].to_pylist()) <= set(treated["person_id"].to_pylist())


def test_a_planned_day_is_spent_as_planned_and_a_steady_channel_evenly(first):
    day = first.shop.ends_on + dt.timedelta(days=3)
    planned = {"qianchuan": {day: 1_234.0, day + dt.timedelta(days=1): 0.0, dt.date(2020, 1, 1): 9.0}}
    later = resume(first, 60, Course({"meta_ads": 0.8}, {"meta_ads": 50.0}, planned))
    names = list(later.setting.causes[1:8])
    tested, even = names.index("qianchuan"), names.index("meta_ads")
    media, usual = later.setting.media, later.setting.usual
    assert media.spend[tested, 2:4].tolist() == [1_234.0, 0.0]
    assert (media.spend[tested, 4:] == usual.spend[tested, 4:]).all()
    assert (usual.spend[even] == 50.0).all()
    assert media.spend[even] == pytest.approx(40.0)
    assert media.orders[tested, 2] > usual.orders[tested, 2] or usual.spend[tested, 2] > 1_234.0
