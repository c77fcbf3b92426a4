"""Identity against planted people: households on one phone, typos, masked values, shared browsers, gifts.

Pairs are pairs of identifiers that occur in the loaded tables and have one true holder: a phone or browser
that several people truly use belongs to no pair, but must not draw its users together. *Precision* counts all
pairs that are put in one person. *Recall* counts the true pairs that evidence connects at all: both
identifiers lie in one component of the links whose ends share a true holder. A platform account whose orders
showed only masked values has no such link, and no method can place it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

from quanyu.collect.identity import resolve
from quanyu.collect.load import load
from quanyu.tables import contract
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, simulate
from quanyu.world.judge import score_pairs

T0 = dt.datetime(2025, 10, 1, tzinfo=dt.UTC)
PLATFORMS = ("taobao", "jd", "douyin", "youzan", "user", "member")
VERIFIED = ("user", "member")


@dataclass
class Crowd:
    """Links and members as the loader writes them, and who truly holds each identifier."""

    links: list[dict]
    members: list[dict]
    truth: dict[str, set[int]]


def crowd(seed: int, people: int = 2000) -> Crowd:
    random = np.random.default_rng(seed)
    made = Crowd([], [], {})
    person = 0
    while person < people:
        size = int(random.choice([1, 2, 3, 4], p=[0.85, 0.09, 0.04, 0.02]))
        phone, browser = f"phone:{random.integers(10**9):09d}", f"cookie:h{person}"
        mail = f"email:{person}"
        for _ in range(size):
            own = mail if random.random() < 0.1 else f"email:{person}"
            _person(made, random, person, (phone, browser, own))
            person += 1
    return made


def _person(made: Crowd, random: np.random.Generator, person: int, ways: tuple[str, str, str]) -> None:
    phone, browser, mail = ways
    name = f"name {random.integers(3000)}"
    held = [platform for platform in PLATFORMS if random.random() < 0.45] or ["taobao"]
    second = f"phone:second{person}" if random.random() < 0.05 else phone
    for platform in held:
        key = f"{platform}:{person}"
        _holds(made, key, person)
        is_open = platform in VERIFIED or random.random() < 0.6
        made.members.append(
            {
                "id_key": key,
                "source": platform,
                "name": _shown(random, name, is_open),
                "seen_at": _when(random),
            }
        )
        if is_open:
            shown = second if random.random() < 0.3 else phone
            if platform not in VERIFIED and random.random() < 0.02:
                shown = f"phone:typo{person}{platform}"
            _holds(made, shown, person)
            _link(made, random, key, shown, platform)
        if is_open and random.random() < 0.4:
            _holds(made, mail, person)
            _link(made, random, key, mail, platform)
        if platform == "taobao" and is_open and random.random() < 0.03:
            friends = [key for key in made.truth if key.startswith("phone:")][-40:]
            _link(made, random, key, friends[int(random.integers(len(friends)))], platform)
    if "user" in held:
        for number in range(random.integers(1, 4)):
            cookie = browser if number == 0 and random.random() < 0.3 else f"cookie:{person}-{number}"
            _holds(made, cookie, person)
            _link(made, random, cookie, f"user:{person}", "user")


def _shown(random: np.random.Generator, name: str, is_open: bool) -> str:
    """Some platforms mask the name where they show the phone; some people use another name here and there."""
    if not is_open or random.random() < 0.03:
        return "张**"
    return f"nick {random.integers(10**6)}" if random.random() < 0.005 else name


def _holds(made: Crowd, key: str, person: int) -> None:
    made.truth.setdefault(key, set()).add(person)


def _when(random: np.random.Generator) -> dt.datetime:
    return T0 + dt.timedelta(minutes=int(random.integers(500_000)))


def _link(made: Crowd, random: np.random.Generator, id_key: str, other: str, source: str) -> None:
    at = _when(random)
    made.links.append(
        {
            "id_key": id_key, "other_key": other, "source": source, "is_verified": source in VERIFIED,
            "first_seen_at": at, "last_seen_at": at,
        }
    )  # fmt: skip


def put(ws: Workspace, table: str, rows: list[dict]) -> None:
    ws.warehouse.merge(
        table, pa.Table.from_pylist(rows, schema=contract(table).schema.to_pyarrow()), by="collect"
    )


def pairwise(found: dict[str, str], truth: dict[str, set[int]], links: list[dict]) -> tuple[float, float]:
    """Return precision and recall over pairs of identifiers as this file defines them."""
    keys = [key for key in found if len(truth[key]) == 1]
    evidence = nx.Graph()
    evidence.add_nodes_from(found)
    for link in links:
        a, b = link["id_key"], link["other_key"]
        if truth[a] & truth[b]:
            evidence.add_edge(a, b)
    block = {key: number for number, part in enumerate(nx.connected_components(evidence)) for key in part}
    placed = [(found[key], min(truth[key]), block[key]) for key in keys]

    def pairs(*columns: int) -> int:
        groups: dict[tuple, int] = {}
        for row in placed:
            group = tuple(row[column] for column in columns)
            groups[group] = groups.get(group, 0) + 1
        return sum(n * (n - 1) // 2 for n in groups.values())

    return pairs(0, 1) / pairs(0), pairs(0, 1, 2) / pairs(1, 2)


@pytest.mark.parametrize("seed", range(10))
def test_planted_people_are_found(make_workspace, seed):
    ws = make_workspace()
    made = crowd(seed)
    put(ws, "links", made.links)
    put(ws, "members", made.members)
    found = resolve(ws, dt.date(2026, 11, 20))
    rows = ws.warehouse.read(ws.warehouse.table("identities"))
    people = dict(zip(rows.column("id_key").to_pylist(), rows.column("person_id").to_pylist(), strict=True))
    precision, recall = pairwise(people, made.truth, made.links)
    print(f"seed {seed}: precision {precision:.5f}, recall {recall:.5f}, {found}")
    assert precision >= 0.995
    assert recall >= 0.97


@pytest.mark.timeout(600)
def test_people_of_a_simulated_shop_are_found_in_the_files_of_its_platforms(make_workspace, tmp_path):
    export(simulate(Shop(people=1500, days=120, seed=11, ends_on=dt.date(2026, 11, 20))), tmp_path / "shop")
    ws = make_workspace()
    load(ws, [tmp_path / "shop" / "files"])
    resolve(ws, dt.date(2026, 11, 20))
    score = score_pairs(ws, tmp_path / "shop" / "truth")
    assert score.n_pairs > 5000
    assert score.precision >= 0.995
    assert score.recall >= 0.97
