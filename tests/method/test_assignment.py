"""Assignment: the shares are met, experiments are independent, nobody moves without need, engines agree."""

from __future__ import annotations

from collections import Counter
from typing import Any

import ibis
import pyarrow as pa
import pytest
from scipy.stats import chi2_contingency, chisquare

from quanyu.errors import MethodError
from quanyu.method.assignment import arm, arm_of, is_held_out, is_held_out_one

PEOPLE = [f"p{number:06x}" for number in range(30_000)]
HALVES = {"treated": 0.5, "control": 0.5}
TENTH = {"treated": 0.9, "control": 0.1}


def arms(experiment: str, shares: dict[str, float], secret: str = "5a") -> list[str]:
    return [arm_of(person, experiment, shares, secret) for person in PEOPLE]


@pytest.mark.parametrize(
    "shares", [TENTH, HALVES, {"a": 0.2, "b": 0.3, "c": 0.4, "control": 0.1}, {"a": 1 / 3, "b": 2 / 3}]
)
def test_the_shares_are_met(shares: dict[str, float]) -> None:
    found = Counter(arms("spring", shares))
    expected = [share * len(PEOPLE) for share in shares.values()]
    assert chisquare([found[name] for name in shares], expected).pvalue > 0.001


def test_two_experiments_the_holdout_and_two_secrets_are_independent() -> None:
    spring = arms("spring", HALVES)
    held = [is_held_out_one(person, 0.05, "5a") for person in PEOPLE]
    for other in (arms("autumn", HALVES), arms("spring", HALVES, "5b"), held):
        pairs = Counter(zip(spring, other, strict=True))
        table = [[pairs[one, two] for two in sorted(set(other))] for one in HALVES]
        assert chi2_contingency(table).pvalue > 0.001


def test_an_added_arm_moves_only_those_who_enter_it() -> None:
    before = arms("spring", {"a": 0.45, "b": 0.45, "control": 0.1})
    after = arms("spring", {"a": 0.3, "b": 0.3, "control": 0.1, "c": 0.3})
    assert all(now in (was, "c") for was, now in zip(before, after, strict=True))
    assert 0.28 < Counter(after)["c"] / len(PEOPLE) < 0.32


def test_control_depends_on_nothing_but_its_share() -> None:
    small, large = (
        {person for person, name in zip(PEOPLE, arms("spring", shares), strict=True) if name == "control"}
        for shares in (TENTH, {"x": 0.3, "control": 0.2, "y": 0.5})
    )
    assert small < large


def test_the_holdout_grows_by_adding() -> None:
    small, large = ({one for one in PEOPLE if is_held_out_one(one, share, "5a")} for share in (0.05, 0.1))
    assert small < large and 0.045 < len(small) / len(PEOPLE) < 0.055


def test_engines_agree_with_python(workspace: Any) -> None:
    shares = {"a": 0.3, "b": 0.3, "control": 0.4}
    words = ["p1", "张三", "", 'a"b', *PEOPLE[:2000]]
    t = ibis.memtable(pa.table({"person_id": pa.array([*words, None], pa.string())}))
    rows = t.select(
        "person_id",
        arm=arm(t.person_id, "春季 1", shares, "5a"),
        held=is_held_out(t.person_id, 0.05, "5a"),
    )
    found = {
        row["person_id"]: (row["arm"], row["held"]) for row in workspace.warehouse.read(rows).to_pylist()
    }
    assert found.pop(None) == (None, None)
    assert found == {
        word: (arm_of(word, "春季 1", shares, "5a"), is_held_out_one(word, 0.05, "5a")) for word in words
    }


def test_one_arm_takes_all_and_an_empty_arm_nobody() -> None:
    assert set(arms("spring", {"all": 1.0})) == {"all"}
    assert set(arms("spring", {"treated": 1.0, "control": 0.0})) == {"treated"}
    assert set(arms("spring", {"control": 1.0, "treated": 0.0})) == {"control"}


@pytest.mark.parametrize("shares", [{}, {"a": 0.5}, {"a": 1.5, "b": -0.5}, {"a": float("nan"), "b": 1}])
def test_impossible_shares_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(MethodError, match="spring"):
        arm_of("p1", "spring", shares, "5a")
    with pytest.raises(MethodError):
        is_held_out_one("p1", 1.2, "5a")
