"""Traps for identity: shared phones, masks, typing mistakes; and what evidence can tell."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from quanyu.world import World
from quanyu.world.lettering import LARGEST_TOKEN, scramble
from quanyu.world.people import phone_number


def test_tokens_are_distinct() -> None:
    tokens = scramble(np.arange(3_000_000))
    assert len(np.unique(tokens)) == 3_000_000 and tokens.max() < LARGEST_TOKEN


def test_a_wrong_digit_is_never_somebody_elses_phone() -> None:
    phones = phone_number(scramble(np.arange(1_000)))
    for place in range(8):
        for step in range(1, 10):
            digit = phones // 10**place % 10
            wrong = phones + ((digit + step) % 10 - digit) * 10**place
            assert ((wrong - 13_000_000_001) % 11 != 0).all()


def test_households_share_a_phone_and_strangers_do_not(world: World) -> None:
    identities = world.identities
    phones = identities.filter(
        pc.and_(pc.equal(identities["kind"], "phone"), pc.invert(identities["is_typo"]))
    )
    owners: dict[str, set[str]] = {}
    for row in phones.select(["value", "person_id", "is_shared"]).to_pylist():
        owners.setdefault(row["value"], set()).add(row["person_id"])
    sizes = {len(people) for people in owners.values()}
    assert 2 in sizes and max(sizes) <= 4
    shared = {row["value"] for row in phones.to_pylist() if row["is_shared"]}
    assert all(value in shared for value, people in owners.items() if len(people) > 1)


def test_evidence_never_crosses_people_and_shared_phones_tie_nothing(world: World) -> None:
    people: dict[str, set[str]] = {}
    members: dict[str, list[str]] = {}
    for row in world.identities.to_pylist():
        people.setdefault(row["evidence"], set()).add(row["person_id"])
        members.setdefault(row["evidence"], []).append(row["kind"])
        if row["kind"] == "phone" and row["is_shared"]:
            assert row["evidence"].endswith("/2")
    assert all(len(owners) == 1 for owners in people.values())
    assert max(len(kinds) for kinds in members.values()) >= 6


def test_every_kind_occurs_and_some_phones_are_mistyped(world: World) -> None:
    kinds = set(world.identities["kind"].to_pylist())
    assert kinds == {"taobao", "jd", "phone", "email", "member", "user", "wechat_openid", "cookie"}
    assert pc.sum(world.identities["is_typo"]).as_py() > 5
