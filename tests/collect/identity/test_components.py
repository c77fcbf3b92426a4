"""The laws of merge, split and partial turns on numbers alone, where hundreds of examples take seconds.

A shop of ten identifiers is drawn: links, which of its phones and mailboxes are shared, who has a name. What the
engine does (reading, guards, writing) is left out; `test_identity.py` runs the same laws through the whole program
on a few examples.
"""

from __future__ import annotations

import json

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.collect.identity.components import Ground, parted, survivors
from quanyu.collect.identity.identity_log import in_force
from quanyu.collect.identity.link_rules import CLASS, DIRECT, NAMED, PLAIN, VERIFIED
from quanyu.collect.identity.neighbourhood import reached
from quanyu.collect.kind import kind_named

KEYS = (
    "cookie:q", "cookie:r", "email:x", "jd:c", "phone:1", "phone:2", "taobao:a", "taobao:b", "user:1", "user:2",
)  # fmt: skip
NAMES = {"taobao:a": 0, "taobao:b": 1, "jd:c": 0, "user:2": 1}
LENT = ("email:x", "phone:1", "phone:2")
MANY = 5

LINK = st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS), st.booleans(), st.integers(0, 9))
LINKS = st.lists(
    LINK.filter(lambda link: link[0] != link[1]), min_size=1, max_size=16, unique_by=lambda link: frozenset(link[:2])
)  # fmt: skip
SHARED = st.sets(st.sampled_from(LENT))
SEEN = st.lists(st.integers(0, 3), min_size=len(KEYS), max_size=len(KEYS))
LAWS = settings(max_examples=200, deadline=None)


def strength(link):
    a, b, is_verified, day = link
    lent = "contact" in (role(a), role(b))
    grade = (VERIFIED if lent else DIRECT) if is_verified else PLAIN
    return grade * CLASS + 10**10 + day


def role(key):
    return kind_named(key.split(":")[0]).role


def ground(keys, links, shared):
    """Return what the engine would have read about the keys; a shared key joins only those of one name."""
    number = {key: node for node, key in enumerate(keys)}
    kinds = tuple(sorted({key.split(":")[0] for key in keys}))
    direct, named = [], []
    for link in links:
        a, b = link[:2]
        if not shared & {a, b}:
            direct.append((number[a], number[b], strength(link)))
        for key, other in ((a, b), (b, a)):
            if key in shared and other not in shared and other in NAMES:
                named.append((number[key], NAMES[other], number[other], max(strength(link), NAMED * CLASS)))
    return Ground(
        kinds,
        np.array([kinds.index(key.split(":")[0]) for key in keys], dtype=np.int16),
        np.array([NAMES.get(key, -1) for key in keys], dtype=np.int64),
        np.array(direct, dtype=np.int64).reshape(-1, 3).T,
        np.array(named, dtype=np.int64).reshape(-1, 4).T,
    )


class Book:
    """A shop with its log: who is whom now, and which persons were merged away."""

    def __init__(self, links, shared, seen):
        self.links, self.shared = links, shared
        self.keys = tuple(sorted({key for link in links for key in link[:2]}))
        self.seen = np.array([seen[KEYS.index(key)] for key in self.keys])
        self.lines, self.gone, self.people = [], set(), {}
        self.turn()

    def turn(self):
        number = {key: node for node, key in enumerate(self.keys)}
        found = parted(ground(self.keys, self.links, self.shared), in_force(self.lines), number)
        rank = [0 if self.people.get(key) == key else 1 if key in self.gone else 2 for key in self.keys]
        is_anonymous = np.array([role(key) == "anonymous" for key in self.keys])
        named = survivors(found.labels, np.array(rank), is_anonymous, self.seen)
        people = {key: self.keys[node] for key, node in zip(self.keys, named, strict=True)}
        self.gone |= set(self.people.values()) - set(people.values())
        self.people = people

    def held(self, person):
        return sorted(key for key, other in self.people.items() if other == person)

    def decide(self, action, some, rest):
        self.lines.append(
            {"log_id": str(len(self.lines)), "action": action, "id_keys": json.dumps([some, rest])}
        )
        self.turn()

    def conflict(self, some, rest):
        """Say whether both groups hold a verified account of a kind that one person has once."""
        sure = {key for link in self.links if link[2] for key in link[:2]}
        kinds = [
            {key.split(":")[0] for key in group if key in sure and kind_named(key.split(":")[0]).is_exclusive}
            for group in (some, rest)
        ]
        return bool(kinds[0] & kinds[1])


@LAWS
@given(LINKS, SHARED, SEEN, st.data())
def test_a_split_undoes_a_merge(links, shared, seen, data):
    book = Book(links, shared, seen)
    before = dict(book.people)
    everyone = sorted(set(before.values()))
    a, b = data.draw(st.sampled_from(everyone)), data.draw(st.sampled_from(everyone))
    some, rest = book.held(a), book.held(b)
    if a == b or book.conflict(some, rest):
        return
    book.decide("join", some, rest)
    assert len(set(book.people.values())) == len(everyone) - 1
    book.decide("forbid", rest, some)
    assert book.people == before


@LAWS
@given(LINKS, SHARED, SEEN, st.data())
def test_what_a_correction_reaches_comes_out_as_in_a_full_turn(links, shared, seen, data):
    book = Book(links, shared, seen)
    for _ in range(data.draw(st.integers(0, 3))):
        some = book.held(data.draw(st.sampled_from(sorted(set(book.people.values())))))
        rest = book.held(data.draw(st.sampled_from(sorted(set(book.people.values())))))
        if some != rest and not book.conflict(some, rest):
            book.decide("join", some, rest)
        elif some == rest and len(some) > 1:
            book.decide("forbid", some[:1], some[1:])
    degree = {key: sum(key in link[:2] for link in links) for key in book.keys}
    hubs = {key for key, n in degree.items() if n > MANY}
    counted = [link for link in links if not hubs & set(link[:2])]
    decisions = in_force(book.lines)
    number = {key: node for node, key in enumerate(book.keys)}
    whole = parted(ground(book.keys, counted, shared), decisions, number).labels

    pairs = {link[:2] for link in links}
    known, found_hubs = reached(
        [data.draw(st.sampled_from(book.keys))],
        lambda frontier: {pair for pair in pairs if frontier & set(pair)},
        [set(decision.pair) for decision in decisions.together],
        MANY,
    )
    keys = tuple(sorted(known))
    assert found_hubs == hubs & known
    near = [link for link in counted if set(link[:2]) <= known]
    within = {key: node for node, key in enumerate(keys)}
    labels = parted(ground(keys, near, shared), decisions, within).labels
    assert [keys[label] for label in labels] == [book.keys[whole[number[key]]] for key in keys]


@LAWS
@given(LINKS, SHARED, st.randoms(use_true_random=False))
def test_the_order_of_links_and_the_way_they_came_do_not_matter(links, shared, random):
    keys = tuple(sorted({key for link in links for key in link[:2]}))
    shuffled = [(b, a, *rest) for a, b, *rest in links]
    random.shuffle(shuffled)
    one, other = (parted(ground(keys, rows, shared), in_force([]), {}) for rows in (links, shuffled))
    assert one.labels.tolist() == other.labels.tolist()


@LAWS
@given(LINKS, SHARED)
def test_no_part_holds_two_vouched_accounts_of_one_platform_or_what_nothing_ties(links, shared):
    keys = tuple(sorted({key for link in links for key in link[:2]}))
    labels = parted(ground(keys, links, shared), in_force([]), {}).labels
    tied = nx.Graph([link[:2] for link in links])
    sure = {key for link in links if link[2] and not shared & set(link[:2]) for key in link[:2]}
    for label in set(labels.tolist()):
        part = [key for key, mine in zip(keys, labels, strict=True) if mine == label]
        assert set(part) <= nx.node_connected_component(tied, part[0])
        vouched = [
            key.split(":")[0] for key in part if key in sure and kind_named(key.split(":")[0]).is_exclusive
        ]
        assert len(vouched) == len(set(vouched))
