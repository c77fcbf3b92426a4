"""What is recommended in a shop whose people like one of three kinds of items, in an order: found again, and kept to its limits."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.act.conftest import person, put

import quanyu.workspace
from quanyu import loop
from quanyu.decide.recommend import RECOMMEND
from quanyu.decide.recommend.choice import memory_limit
from quanyu.decide.recommend.history import Span, history
from quanyu.decide.recommend.recommend_step import recommend_all
from quanyu.decide.settings import RecommendSettings
from quanyu.errors import RecommendError
from quanyu.part.action import Caller, perform
from quanyu.solve.recommend import WAYS, Counts, ranked
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

N_PEOPLE, N_ITEMS = 240, 30
HER = Caller("li")


def item(number: int) -> str:
    return f"i{number:02d}"


def buys(ws: Workspace, seed: int = 7) -> Iterator[tuple[int, str, dt.datetime]]:
    """Yield who buys what and when: of the ten items of their kind one after the other, now and then any."""
    lot = random.Random(seed)
    for number in range(N_PEOPLE):
        at = ws.now() - dt.timedelta(days=lot.uniform(60, 150))
        for step in range(lot.randint(4, 7)):
            kind = number % 3
            what = kind * 10 + (number // 3 + step) % 10 if lot.random() < 0.85 else lot.randrange(N_ITEMS)
            at += dt.timedelta(days=lot.uniform(5, 20))
            if at < ws.now() - dt.timedelta(days=1):
                yield number, item(what), at


def sell(ws: Workspace, bought: list[tuple[int, str, dt.datetime]]) -> None:
    """Write orders of one line each: who bought what, and when."""
    put(ws, "orders", [
        {"order_id": str(n), "source": "t", "id_key": f"member:{who}", "ordered_at": at, "status": "completed",
         "gross_amount": 10, "paid_amount": 10, "net_amount": 10}
        for n, (who, _, at) in enumerate(bought)
    ])  # fmt: skip
    put(ws, "order_lines", [
        {"order_id": str(n), "line_no": 1, "source": "t", "item_id": what, "n_items": 1} for n, (_, what, _) in enumerate(bought)
    ])  # fmt: skip


def fill(ws: Workspace) -> Workspace:
    bought = list(buys(ws))
    put(ws, "people", [
        {"person_id": person(i), "n_identifiers": 1, "is_personalised": None if i else False} for i in range(N_PEOPLE + 1)
    ])  # fmt: skip
    put(
        ws,
        "identities",
        [{"id_key": f"member:{i}", "kind": "member", "person_id": person(i)} for i in range(N_PEOPLE + 1)],
    )
    put(ws, "items", [
        {"item_id": item(i), "name": f"Item {i}", "category": f"c{i // 10}", "stock": 0 if i == 5 else 9,
         "list_price_amount": 10, "cost_amount": 12 if i == 6 else 4}
        for i in range(N_ITEMS)
    ])  # fmt: skip
    sell(ws, bought)
    return ws


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    from tests.conftest import written_by

    fill(written_by(workspace))
    loop.run(workspace, only="recommendations")
    return workspace


def ask(ws: Workspace, **wanted: Any) -> Any:
    return perform(ws, RECOMMEND, wanted, HER)


@pytest.fixture
def told(embedded: Workspace) -> Workspace:
    fill(embedded)
    loop.run(embedded, only="recommendations")
    return embedded


def listed(ws: Workspace) -> dict[str, list[str]]:
    rows = ws.warehouse.table("recommendations").order_by("person_id", "place")
    told: dict[str, list[str]] = {}
    for row in ws.warehouse.read(rows).to_pylist():
        told.setdefault(row["person_id"], []).append(row["item_id"])
    return told


def test_everybody_is_offered_what_they_like_within_the_limits(told: Workspace) -> None:
    shop = told
    lists = listed(shop)
    bought: dict[str, set[str]] = {}
    for who, what, _ in buys(shop):
        bought.setdefault(person(who), set()).add(what)
    assert len(lists) > 0.9 * N_PEOPLE
    own = [int(items[0][1:]) // 10 == int(who[1:]) % 3 for who, items in lists.items()]
    assert np.mean(own) > 0.9, "the foremost item is of their kind"
    counted = Counter(what for items in lists.values() for what in items)
    assert not {item(5), item(6)} & counted.keys(), "neither what is sold out nor what is sold below cost"
    assert all(not bought[who] & {*items} for who, items in lists.items()), "nor what somebody has"
    most = max(max(Counter(int(what[1:]) // 10 for what in items).values()) for items in lists.values())
    assert most <= shop.settings.of(RecommendSettings).per_category
    assert person(0) not in lists, "nor anything to somebody who wants nothing chosen for them"

    rows = {
        row["model"]: row for row in shop.warehouse.read(shop.warehouse.table("recommenders")).to_pylist()
    }
    (chosen,) = (row for row in rows.values() if row["is_chosen"])
    assert chosen["ndcg"] == max(row["ndcg"] for row in rows.values()) > 2 * rows["popular"]["ndcg"]
    assert rows["popular"]["coverage"] < chosen["coverage"]


def test_lists_of_the_engine_are_those_of_arrays(shop: Workspace) -> None:
    """Without limits of the shop: all of stock, above cost, any number of a category."""
    put_all = [
        {"item_id": item(i), "category": str(i), "stock": 1, "list_price_amount": 2, "cost_amount": 1}
        for i in range(N_ITEMS)
    ]
    from tests.conftest import written_by

    put(written_by(shop), "items", put_all)
    loop.run(shop, only="recommendations")
    given = shop.settings.of(RecommendSettings)
    span = Span.before(shop, shop.today(), given.days)
    had = (
        shop.warehouse.read(history(shop, span))
        .to_pandas()
        .sort_values(["person", "age"], ascending=[True, False])
    )
    people, who = np.unique(had["person"].to_numpy(), return_inverse=True)
    items, what = np.unique(had["item"].to_numpy(), return_inverse=True)
    rows = shop.warehouse.read(shop.warehouse.table("recommenders")).to_pylist()
    (model,) = (row["model"] for row in rows if row["is_chosen"])
    links = WAYS[model].make(Counts.from_histories(who, what, len(items)), given.n_neighbours)
    told = ranked(who, what, links, 5)
    names, numbers = (
        shop.warehouse.read(table.select(name=table[column], number=group_key(table[column])))
        for table, column in (
            (shop.warehouse.table("items"), "item_id"),
            (shop.warehouse.table("people"), "person_id"),
        )
    )
    name_of = dict(zip(names["number"].to_pylist(), names["name"].to_pylist(), strict=True))
    number_of = dict(zip(numbers["name"].to_pylist(), numbers["number"].to_pylist(), strict=True))
    lists = listed(shop)
    assert lists
    for person_id, mine in lists.items():
        at = np.searchsorted(people, number_of[person_id])
        expected = [name_of[items[one]] for one in told.item[told.person == at]]
        assert mine[:3] == expected[:3] or sorted(mine[:5]) == sorted(expected[:5]), "equal but for ties"


def test_an_answer_names_its_source_and_why_it_is_not_a_list_of_ones_own(told: Workspace) -> None:
    own = ask(told, person_id=person(4), n=3)
    assert [entry.item_id for entry in own.entries] == listed(told)[person(4)][:3]
    assert {entry.source for entry in own.entries} <= {"together", "recent", "linear"}
    assert all(
        entry.because_id in {what for who, what, _ in buys(told) if who == 4}
        for entry in own.entries
        if entry.because_id
    )
    assert any(entry.because for entry in own.entries)
    neutral, stranger = ask(told, person_id=person(0), n=5), ask(told, person_id=person(N_PEOPLE), n=5)
    assert [entry.source for entry in neutral.entries] == ["popular"] * 5
    assert neutral.entries == stranger.entries
    assert neutral.fallback != stranger.fallback
    many = ask(told, person_id=person(4), n=25)
    assert [entry.source for entry in many.entries][-1] == "popular"
    assert len({entry.item_id for entry in many.entries}) == len(many.entries)
    assert many.fallback == "The rest is what is popular"
    near = ask(told, item_id=item(11), n=3)
    assert {entry.source for entry in near.entries} == {"linked"}
    assert all(entry.item_id[1] == "1" for entry in near.entries)


def test_what_went_out_of_stock_since_the_turn_is_not_offered(told: Workspace) -> None:
    first = ask(told, person_id=person(4), n=3).entries[0].item_id
    rows = told.warehouse.table("items")
    told.warehouse.replace(
        "items", rows.mutate(stock=(rows.item_id == first).ifelse(0, rows.stock)), by="collect"
    )
    assert first not in [entry.item_id for entry in ask(told, person_id=person(4), n=3).entries]


@pytest.mark.parametrize(
    "wanted", [{}, {"person_id": "x", "item_id": "y"}, {"person_id": "nobody"}, {"item_id": "nothing"}]
)
def test_nobody_and_nothing_are_errors(told: Workspace, wanted: dict[str, str]) -> None:
    with pytest.raises(RecommendError):
        ask(told, **wanted)


def test_what_is_bought_again_comes_back_when_it_is_due(embedded: Workspace) -> None:
    """Item 0 is bought by everybody every thirty days: it is offered to whoever last bought it longer ago, to nobody else."""
    ws = fill(embedded)
    lines = []
    for number in range(N_PEOPLE):
        first = 10 if number % 2 else 45
        lines += [(number, item(0), ws.now() - dt.timedelta(days=first + 30 * k)) for k in range(3)]
        lines += [(number, item(1 + number % 4), ws.now() - dt.timedelta(days=200))]
    sell(ws, lines)
    loop.run(ws, only="recommendations")
    again = {who for who, items in listed(ws).items() if item(0) in items}
    assert again <= {person(number) for number in range(0, N_PEOPLE, 2)}


def test_what_somebody_bought_before_the_newest_items_does_not_come_back(embedded: Workspace) -> None:
    """Lists are made of the two newest items here; what was bought before them is had all the same."""
    ws = fill(embedded)
    with (ws.root / "quanyu.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[recommend]\nmost_items = 2\n")
    ws = quanyu.workspace.open(ws.root, clock=ws.clock)
    loop.run(ws, only="recommendations")
    bought: dict[str, set[str]] = {}
    for who, what, _ in buys(ws):
        bought.setdefault(person(who), set()).add(what)
    assert max(map(len, bought.values())) > 2
    lists = listed(ws)
    assert lists
    assert not [who for who, items in lists.items() if bought[who] & {*items}]
    ws.close()


def test_a_shop_without_buyers_says_why_and_recommends_what_is_popular(embedded: Workspace) -> None:
    assert recommend_all(embedded, embedded.today()) == {"skipped": "no item was bought yet"}
    fill(embedded)
    orders = embedded.warehouse.table("orders")
    embedded.warehouse.replace("orders", orders.filter(orders.order_id.isin(["0", "1", "2"])), by="collect")
    loop.run(embedded, only="recommendations")
    rows = embedded.warehouse.read(embedded.warehouse.table("recommenders")).to_pylist()
    assert {row["reason"] for row in rows} == {"too_few_people"}
    assert [row["model"] for row in rows if row["is_chosen"]] == ["popular"]


def test_a_way_that_would_not_fit_into_memory_is_not_begun(embedded: Workspace) -> None:
    small = replace(embedded, settings=embedded.settings.model_copy(update={"memory_limit": "0.01MB"}))
    assert memory_limit(small) == 10486
    assert memory_limit(embedded) == 4 << 30
