"""People who answer messages: their planted lift is covered, the better variant is found, and only what does harm is stopped.

Each scene draws hundreds of campaigns to the people of one simulated shop; readings are the program's own, on every day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy.stats import binom
from tests.scenes.test_lift_truth import ENDS, FIFTH, START, assign, reading, spending

from quanyu.act.campaign.sending.stop import ERROR, is_lossy
from quanyu.measure.experiment.contrast import Contrast
from quanyu.measure.experiment.variant import METRICS, compared
from quanyu.solve.experiment.watch import Count, is_surely_above
from quanyu.world import Shop, simulate
from quanyu.world.answer import Habits, Sent, answers, leaning
from quanyu.world.people import make_people

SHOP = Shop(people=2000, days=200, seed=21, ends_on=ENDS + dt.timedelta(days=20))
N = 240
RARE = 0.001
"""How often a scene would fail by chance if the stated error is exactly the true one."""
HABITS = Habits(lift=0.1, by_variant={"B": 2.0}, unsubscribed=0.01)


class Crowd:
    """The people of the shop: what they did before and after the campaigns by themselves, and how they lean."""

    def __init__(self) -> None:
        world = simulate(SHOP)
        seen = spending(world, START, START + dt.timedelta(days=Habits.window_days))
        self.people, self.before, self.after = seen.people, seen.before, seen.after
        self.lean = leaning(make_people(SHOP, 0), np.arange(SHOP.people))
        orders = world.orders.filter(pc.greater_equal(world.orders["ordered_at"], pa.scalar(START)))
        who = pc.index_in(orders["person_id"], pa.array(seen.people)).to_numpy()
        days = (orders["ordered_at"].to_numpy() - np.datetime64(START.replace(tzinfo=None))) / np.timedelta64(
            1, "D"
        )
        self.first_day = np.full(SHOP.people, np.inf)
        np.minimum.at(self.first_day, who, days)

    def campaign(self, name: str, habits: Habits) -> Campaign:
        return Campaign(self, name, habits)


class Campaign:
    """A campaign with two variants by mail and SMS to everybody but a fifth, of whom some got others shortly before."""

    def __init__(self, crowd: Crowd, name: str, habits: Habits) -> None:
        rng, n = np.random.default_rng([SHOP.seed, *name.encode()]), len(crowd.people)
        pick = [np.array(given, object)[rng.integers(0, 2, n)] for given in (["mail", "sms"], ["A", "B"])]
        keys = np.array([f"{name}:1:{person}" for person in crowd.people], object)
        sent = Sent(keys, np.arange(n), *pick, rng.poisson(0.5, n))
        self.told = answers(SHOP.seed, habits, sent, crowd.lean)
        self.is_treated = assign(crowd.people, name, FIFTH)
        self.crowd, self.variant = crowd, sent.variant
        alone = np.where(self.told.is_deterred & self.is_treated, np.inf, crowd.first_day)
        caused = np.where(self.told.is_caused & self.is_treated, self.told.order_days, np.inf)
        self.first_day = np.minimum(alone, caused)

    @property
    def lift(self) -> tuple[float, dict[str, Any]]:
        """The mean true lift of its people, and what is read of it."""
        orders = self.crowd.after[0] + self.told.is_caused * self.is_treated
        spec = Contrast(("orders",), ("orders_before", "money_before"))
        (one,) = reading(np.stack([orders, *self.crowd.before]), self.is_treated, spec)
        return float(self.told.lift.mean()), one

    def counts(self) -> Iterator[dict[str, Count]]:
        """Count on each day who has bought so far, of each variant and of control."""
        sides = {name: self.is_treated & (self.variant == name) for name in ("A", "B")}
        sides["control"] = ~self.is_treated
        for day in range(1, Habits.window_days + 1):
            yield {
                name: Count(int(side.sum()), int((self.first_day[side] < day).sum()))
                for name, side in sides.items()
            }

    def verdicts(self) -> set[str]:
        """What is said of variant B on any day but that nothing can be told."""
        said = set()
        for by_name in self.counts():
            told = {name: dict.fromkeys(METRICS, count) for name, count in by_name.items()}
            said |= {
                row["verdict"]
                for row in compared({("c", "mail"): told}, 0.95)
                if (row["variant"], row["other"], row["metric"]) == ("B", "A", "bought")
            }
        return said - {"undecided"}

    def is_stopped(self) -> bool:
        """Say whether it is stopped on any day for keeping people from buying."""
        return any(is_lossy(one["A"] + one["B"], one["control"]) for one in self.counts())


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd()


@dataclass(frozen=True)
class Read:
    """What is said of a campaign, beside the truth."""

    truth: float
    lift: dict[str, Any]
    verdicts: set[str]
    is_stopped: bool
    unsubscribed: np.ndarray
    p_unsubscribed: float

    @classmethod
    def of(cls, campaign: Campaign) -> Read:
        told = campaign.told
        left = told.has["unsubscribed"], float(told.p_unsubscribed.mean())
        return cls(*campaign.lift, campaign.verdicts(), campaign.is_stopped(), *left)


@pytest.fixture(scope="module")
def moved(crowd: Crowd) -> list[Read]:
    """Campaigns that bring orders, variant B twice as many as variant A."""
    return [Read.of(crowd.campaign(f"moved {number}", HABITS)) for number in range(N)]


@pytest.fixture(scope="module")
def idle(crowd: Crowd) -> list[Read]:
    """Campaigns that bring nothing and keep nobody from buying."""
    habits = replace(HABITS, lift=0.0)
    return [Read.of(crowd.campaign(f"idle {number}", habits)) for number in range(N)]


def test_the_true_lift_lies_within_its_interval(moved: list[Read], idle: list[Read]) -> None:
    """95 % intervals hold it in 90 to 99 of 100: at a true 93 % fewer than the bound would hold it in one of a thousand runs."""
    for found in (moved, idle):
        held = sum(one.lift["lift_low"] <= one.truth <= one.lift["lift_high"] for one in found)
        bias = np.mean([one.lift["lift"] - one.truth for one in found])
        wide = np.mean([one.lift["lift_se"] for one in found])
        print("held", held / N, "bias", bias, "se", wide, "lift", np.mean([one.truth for one in found]))
        assert max(binom.ppf(RARE, N, 0.93), 0.9 * N) <= held <= 0.99 * N
        assert abs(bias) < 4 * wide / N**0.5


def test_the_better_variant_is_found_or_called_undecided(moved: list[Read]) -> None:
    """Looked at on each of fourteen days, at most one in twenty campaigns ever calls the worse one better."""
    right, wrong = (sum(word in one.verdicts for one in moved) for word in ("better", "worse"))
    print("right", right / N, "wrong", wrong / N)
    assert wrong <= binom.ppf(1 - RARE, N, 0.05) and right > 0.5 * N


def test_variants_alike_are_told_apart_in_at_most_one_of_twenty(idle: list[Read]) -> None:
    alarms = sum(bool(one.verdicts) for one in idle)
    print("told apart", alarms / N)
    assert alarms <= binom.ppf(1 - RARE, N, 0.05)


def test_a_campaign_is_stopped_for_fewer_buyers_only_where_it_does_harm(
    crowd: Crowd, moved: list[Read], idle: list[Read]
) -> None:
    """Without any effect, at most one in a hundred is ever stopped; with most of the buyers kept away, most are."""
    harm = replace(HABITS, lift=0.0, deterred=0.65)
    right = sum(crowd.campaign(f"harm {number}", harm).is_stopped() for number in range(N // 4))
    false = sum(one.is_stopped for one in idle)
    print("stopped without harm", false / N, "with", right / (N // 4))
    assert false <= binom.ppf(1 - RARE, N, ERROR) and not any(one.is_stopped for one in moved)
    assert right > 0.7 * (N // 4)


def test_a_campaign_is_stopped_for_unsubscribes_only_where_they_are_too_many(moved: list[Read]) -> None:
    """Asked after every 50 messages; the limit is what people truly do, and a quarter of that."""
    limit = float(np.mean([one.p_unsubscribed for one in moved]))
    at, above = (sum(_ever_above(one.unsubscribed, share) for one in moved) for share in (limit, limit / 4))
    print("stopped at the limit", at / N, "at four times", above / N)
    assert at <= binom.ppf(1 - RARE, N, ERROR) and above > 0.8 * N


def _ever_above(left: np.ndarray, limit: float) -> bool:
    so_far = np.cumsum(left)
    looks = range(49, len(left), 50)
    return any(is_surely_above(Count(at + 1, int(so_far[at])), limit, error=ERROR) for at in looks)


def test_who_is_written_to_often_buys_less_because_of_it_and_leaves_more(crowd: Crowd) -> None:
    n, every = len(crowd.people), Habits(lift=0.2, unsubscribed=0.02)
    same = [np.full(n, word, object) for word in ("mail", "A")]
    bought, left = [], []
    for often in (0, 4):
        keys = np.array([f"often {often}:{person}" for person in crowd.people], object)
        told = answers(SHOP.seed, every, Sent(keys, np.arange(n), *same, np.full(n, often)), crowd.lean)
        bought.append(told.is_caused.mean())
        left.append(told.has["unsubscribed"].mean())
    assert bought[1] < 0.75 * bought[0] and left[1] > 2 * left[0]
