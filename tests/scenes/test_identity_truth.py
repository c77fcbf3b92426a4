"""Identity against planted people: households on one phone, typos, masked values, shared browsers, gifts.

Pairs are pairs of identifiers that occur in the loaded tables and have one true holder: a phone or browser
that several people truly use belongs to no pair, but must not draw its users together. *Precision* counts all
pairs that are put in one person. *Recall* counts the true pairs that evidence connects at all: both
identifiers lie in one component of the links whose ends share a true holder. A platform account whose orders
showed only masked values has no such link, and no method can place it.

Some errors are in the data, not in the method. A father who shows 张三 and a child who shows 张** on their one
phone, with no platform twice, look exactly like one person with a masked name: who tells them apart also splits
the many for whom it is so. And one who is 张三 here and 小雨 there looks like two who share a phone. The crowds are
as rough as leaves room for the bounds beside these; the roughest only asks for what can be known.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

from quanyu.collect.identity.identity import resolve
from quanyu.collect.load.load import load
from quanyu.tables import contract
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, simulate
from quanyu.world.check.judge import score_pairs
from quanyu.world.vocabulary import GIVEN, NICKNAMES, SURNAMES

T0 = dt.datetime(2025, 10, 1, tzinfo=dt.UTC)
PLATFORMS = ("taobao", "jd", "douyin", "youzan", "user", "member")
VERIFIED = ("user", "member")
COMMON = 1 / (np.arange(len(SURNAMES)) + 5.0)
"""A few family names are very common, the rest is not; children have that of a parent."""


@dataclass(frozen=True)
class Rough:
    """How many names are masked to the family name though the phone shows, and how many are nicknames."""

    masked: float = 0.12
    nicknames: float = 0.01


@dataclass
class Crowd:
    """Links and members as the loader writes them, and who truly holds each identifier."""

    links: list[dict]
    members: list[dict]
    truth: dict[str, set[int]]


def crowd(seed: int, rough: Rough, people: int = 2000) -> Crowd:
    random = np.random.default_rng(seed)
    made = Crowd([], [], {})
    person = 0
    while person < people:
        size = int(random.choice([1, 2, 3, 4], p=[0.85, 0.09, 0.04, 0.02]))
        phone, browser = f"phone:{random.integers(10**9):09d}", f"cookie:h{person}"
        mail, parents = f"email:{person}", random.choice(SURNAMES, 2, p=COMMON / COMMON.sum())
        for member in range(size):
            own = mail if random.random() < 0.1 else f"email:{person}"
            family = parents[member] if member < 2 else random.choice(parents)
            given = "".join(random.choice(GIVEN, 1 + int(random.random() < 0.7)))
            _person(made, _Named(random, rough, family + given), person, (phone, browser, own))
            person += 1
    return made


@dataclass(frozen=True)
class _Named:
    """A person's name as platforms show it."""

    random: np.random.Generator
    rough: Rough
    name: str

    def shown(self, is_open: bool) -> str:
        if not is_open or self.random.random() < self.rough.masked:
            return f"{self.name[0]}**"
        if self.random.random() < self.rough.nicknames:
            return str(self.random.choice(NICKNAMES) + self.random.choice(GIVEN))
        return self.name


def _person(made: Crowd, named: _Named, person: int, ways: tuple[str, str, str]) -> None:
    phone, browser, mail = ways
    random = named.random
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
                "name": named.shown(is_open),
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


def unlike_one(found: dict[str, str], made: Crowd) -> int:
    """Count the pairs joined wrongly in a person that shows a platform twice or two full or family names."""
    named = {row["id_key"]: row["name"] for row in made.members}
    groups: dict[str, list[str]] = {}
    for key, person in found.items():
        if len(made.truth[key]) == 1:
            groups.setdefault(person, []).append(key)
    n = 0
    for keys in groups.values():
        platforms = Counter(key.split(":")[0] for key in keys if key.split(":")[0] in PLATFORMS)
        names = [named[key] for key in keys if key in named]
        full, families = {name for name in names if "*" not in name}, {name[0] for name in names}
        if max(platforms.values(), default=0) > 1 or len(full) > 1 or len(families) > 1:
            n += sum(made.truth[a] != made.truth[b] for a, b in combinations(keys, 2))
    return n


def found_in(ws: Workspace, made: Crowd) -> dict[str, str]:
    put(ws, "links", made.links)
    put(ws, "members", made.members)
    resolve(ws, dt.date(2026, 11, 20))
    rows = ws.warehouse.read(ws.warehouse.table("identities"))
    return dict(zip(rows.column("id_key").to_pylist(), rows.column("person_id").to_pylist(), strict=True))


@pytest.mark.parametrize("seed", range(10))
def test_planted_people_are_found(make_workspace, seed):
    made = crowd(seed, Rough())
    precision, recall = pairwise(found_in(make_workspace(), made), made.truth, made.links)
    print(f"seed {seed}: precision {precision:.5f}, recall {recall:.5f}")
    assert precision >= 0.995
    assert recall >= 0.97


@pytest.mark.parametrize("seed", range(2))
def test_in_a_rougher_crowd_only_those_who_look_like_one_person_are_taken_for_one(make_workspace, seed):
    made = crowd(seed, Rough(masked=0.25, nicknames=0.03))
    found = found_in(make_workspace(), made)
    precision, recall = pairwise(found, made.truth, made.links)
    sizes = Counter(person for key, person in found.items() if len(made.truth[key]) == 1)
    joined = sum(n * (n - 1) // 2 for n in sizes.values())
    print(f"seed {seed}: precision {precision:.5f}, recall {recall:.5f}, unlike {unlike_one(found, made)}")
    assert unlike_one(found, made) / joined <= 0.001
    assert recall >= 0.95


SHOWN = (
    *(f"orders/{name}.csv" for name in ("taobao_orders_classic", "jd_orders", "douyin_orders", "youzan_orders", "shopify_orders")),
    "members.csv", "links.csv",
)  # fmt: skip
"""The files that show identifiers side by side; the others show one alone, which makes no pair."""


@pytest.mark.parametrize("seed", range(3))
def test_people_of_a_simulated_shop_are_found_in_the_files_of_its_platforms(make_workspace, tmp_path, seed):
    export(simulate(Shop(people=1200, days=120, seed=seed, ends_on=dt.date(2026, 11, 20))), tmp_path / "shop")
    ws = make_workspace()
    load(ws, [tmp_path / "shop" / "files" / name for name in SHOWN])
    resolve(ws, dt.date(2026, 11, 20))
    score = score_pairs(ws, tmp_path / "shop" / "truth")
    print(f"seed {seed}: {score}")
    assert score.n_pairs > 5000
    assert score.precision >= 0.995
    assert score.recall >= 0.97
