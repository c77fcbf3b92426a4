"""What is decided again turn by turn is what all at once gives, whatever came, went, changed or was decided."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import MakeWorkspace, on_duckdb, written_by

import quanyu.workspace
from quanyu.collect.identity import renewal
from quanyu.collect.identity.correction import merge, split
from quanyu.collect.identity.identity import resolve
from quanyu.collect.identity.identity_log import Entry, append_entries
from quanyu.collect.identity.link_rules import Guards
from quanyu.collect.identity.people import choose, golden
from quanyu.errors import IdentityError
from quanyu.method.change import differing
from quanyu.tables import contract
from quanyu.workspace import Workspace

Row = dict[str, Any]
TODAY = dt.date(2026, 11, 20)
T0 = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
GUARDS = Guards(most_links=4, blocked=("device:0",))
KEYS = (
    *(f"{kind}:{n}" for kind in ("user", "taobao", "jd", "phone", "email") for n in range(8)),
    *(f"cookie:{n}" for n in range(9)), "device:0", "device:1", "device:1", "device:1", "device:1",
)  # fmt: skip
NAMES = ("李雷", "韩梅梅", "李*", None)


class Shop:
    """A few identifiers of which everything may change from one turn to the next."""

    def __init__(self, ws: Workspace, seed: int) -> None:
        self.ws, self.draw = ws, random.Random(seed)
        self.rows: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name in MADE}

    def at(self) -> dt.datetime:
        return T0 + dt.timedelta(days=self.draw.randint(0, 300))

    def key(self) -> str:
        return self.draw.choice(KEYS)

    def change(self) -> None:
        """Let a row come, go or change."""
        name = self.draw.choice([*MADE, "links", "links", "links", "members"])
        rows = self.rows[name]
        if rows and name != "events" and self.draw.random() < 0.45:
            gone = rows.pop(self.draw.choice(sorted(rows, key=str)))
            if self.draw.random() < 0.5:
                self.put(
                    name, {**MADE[name](self), **{column: gone[column] for column in contract(name).key}}
                )
        else:
            self.put(name, MADE[name](self))

    def put(self, name: str, row: Row) -> None:
        self.rows[name][tuple(row[column] for column in contract(name).key)] = row

    def write(self) -> None:
        for name, rows in self.rows.items():
            kinds = contract(name).schema.to_pyarrow()
            columns = pa.schema(
                [kinds.field(one).remove_metadata().with_nullable(True) for one in kinds.names]
            )
            table = pa.Table.from_pylist(
                [{**dict.fromkeys(kinds.names), **row} for row in rows.values()], columns
            )
            if name in {"events", "touches"}:
                self.ws.warehouse.merge(name, table, by="collect")
            elif self.ws.warehouse.read(self.ws.warehouse.table(name)).to_pylist() != table.to_pylist():
                self.ws.warehouse.replace(name, table, by="collect")

    def decide(self) -> None:
        """Say that two identifiers are one person, or two."""
        who = owners(self.ws)
        a, b = (self.draw.choice(sorted(who)) for _ in range(2))
        try:
            if who[a] == who[b]:
                split(self.ws, who[a], [a], by="li", reason="law", guards=GUARDS)
            else:
                merge(self.ws, a, b, by="li", reason="law", guards=GUARDS)
        except IdentityError:
            pass


def _link(shop: Shop) -> Row:
    at = shop.at()
    return {
        "id_key": shop.key(), "other_key": shop.key(), "source": shop.draw.choice("st"),
        "is_verified": shop.draw.random() < 0.3, "first_seen_at": at, "last_seen_at": at,
    }  # fmt: skip


MADE: Mapping[str, Callable[[Shop], Row]] = {
    "links": _link,
    "members": lambda shop: {
        "id_key": shop.key(), "source": "s", "name": shop.draw.choice(NAMES), "seen_at": shop.at(),
    },
    "orders": lambda shop: {
        "order_id": str(shop.draw.randrange(99)), "source": "s", "id_key": shop.draw.choice([None, *KEYS]),
        "ordered_at": shop.at(), "status": "paid",
    },
    "events": lambda shop: {
        "event_id": str(shop.draw.randrange(9**9)), "source": "s", "id_key": shop.key(), "name": "page_view",
        "occurred_at": shop.at(),
    },
    "touches": lambda shop: {
        "touch_id": str(shop.draw.randrange(9)), "source": "s", "id_key": shop.key(), "touched_at": shop.at(),
        "kind": "click",
    },
    "feedback": lambda shop: {
        "feedback_id": str(shop.draw.randrange(9)), "source": "s", "kind": "review", "id_key": shop.key(),
        "said_at": shop.at(),
    },
    "consents": lambda shop: {
        "id_key": shop.key(), "source": "s", "purpose": "p", "channel": "sms", "is_granted": True,
        "decided_at": shop.at(),
    },
    "leads": lambda shop: {
        "lead_id": str(shop.draw.randrange(9)), "source": "s", "id_key": shop.key(), "contacted_on": shop.at().date(),
    },
}  # fmt: skip
"""How a row of every table is drawn."""


def owners(ws: Workspace) -> dict[str, str]:
    rows = ws.warehouse.read(ws.warehouse.table("identities").select("id_key", "person_id"))
    return dict(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def told(ws: Workspace) -> tuple[list[Row], list[Row]]:
    """Return who is who, and the log without the moments at which it was written."""
    rows = ws.warehouse.read(ws.warehouse.table("identities").order_by("id_key"))
    log = ws.warehouse.read(ws.warehouse.table("identity_log").drop("decided_at").order_by("log_id"))
    return rows.to_pylist(), log.to_pylist()


def at_once(ws: Workspace, day: dt.date) -> tuple[list[Row], list[Row]]:
    """Return what deciding everything gives, in a copy of the workspace as it is."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewal, "LARGEST", -1)
        shutil.copytree(ws.root, Path(folder) / "copy")
        other = Workspace(Path(folder) / "copy", on_duckdb(ws).settings, ws.clock)
        resolve(other, day, GUARDS)
        answer = told(other)
        other.close()
    return answer


def renewed(ws: Workspace, day: dt.date) -> None:
    """Do both steps, however much of all something touched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewal, "LARGEST", 99)
        resolve(ws, day, GUARDS)
    golden(ws, day)


def turn_holds(ws: Workspace, day: dt.date) -> None:
    """Do both steps: tables, log, and what is told of the change are what all at once gives."""
    whole, since = at_once(ws, day), ws.warehouse.version("identities")
    renewed(ws, day)
    assert told(ws) == whole
    people = (choose(ws, day), ws.warehouse.table("people"))
    anew, kept = (ws.warehouse.read(rows.order_by("person_id")).to_pylist() for rows in people)
    assert kept == anew
    said = differences(ws, since)
    ws.warehouse.turn.end()
    assert said == differences(ws, since)


def differences(ws: Workspace, since: int) -> list[list[Row]] | None:
    both = differing(ws, "identities", since)
    return both and [sorted(ws.warehouse.read(rows).to_pylist(), key=str) for rows in both]


def holds(ws: Workspace, seed: int, turns: list[int]) -> None:
    shop = Shop(ws, seed)
    for n in (60, *turns):
        for _ in range(n):
            shop.change()
        shop.write()
        turn_holds(ws, shop.at().date())
        if shop.draw.random() < 0.6:
            shop.decide()


@settings(max_examples=1, deadline=None)
@given(seed=st.integers(0, 10**6), turns=st.lists(st.integers(0, 6), min_size=2, max_size=3))
def test_whatever_changes_turn_by_turn_is_all_at_once(seed: int, turns: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ws = quanyu.workspace.create(Path(folder) / "shop")
        holds(ws, seed, turns)
        ws.close()


def link(a: str, b: str) -> Row:
    return {
        "id_key": a, "other_key": b, "source": "s", "is_verified": False, "first_seen_at": T0, "last_seen_at": T0,
    }  # fmt: skip


def said(key: str, name: str | None) -> Row:
    return {"id_key": key, "source": "s", "name": name, "seen_at": T0}


DEVICES = [link(f"cookie:{n}", "device:1") for n in range(GUARDS.most_links)]
HUB = [link("taobao:1", f"cookie:{n}") for n in range(GUARDS.most_links)]
PHONE = [link("taobao:1", "phone:1"), link("jd:1", "phone:1")]
CHANGES: Mapping[str, tuple[Mapping[str, list[Row]], Mapping[str, list[Row]]]] = {
    "a link more makes a hub": ({"links": DEVICES}, {"links": [*DEVICES, link("user:1", "device:1")]}),
    "a link less and it is no hub": ({"links": [*DEVICES, link("user:1", "device:1")]}, {"links": DEVICES}),
    "a hub is called something else": (
        {"links": [*HUB, *PHONE], "members": [said("taobao:1", "李雷"), said("jd:1", "李雷")]},
        {"members": [said("taobao:1", "韩梅梅"), said("jd:1", "李雷")]},
    ),
    "who is named after goes": (
        {"links": [link("cookie:1", "jd:1"), link("jd:1", "phone:1")], "members": [said("user:9", None)]},
        {"links": [link("jd:1", "phone:1")], "members": []},
    ),
}
"""What a table holds in one turn and in the next; nothing but what changes is looked at again."""


def hold(ws: Workspace, rows: Mapping[str, list[Row]]) -> None:
    shop = Shop(ws, 0)
    shop.rows = {
        name: {tuple(row[column] for column in contract(name).key): row for row in some}
        for name, some in rows.items()
    }
    shop.write()


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_change_reaches_all_that_it_may_touch(embedded: Workspace, change: str) -> None:
    for rows in CHANGES[change]:
        hold(embedded, rows)
        turn_holds(embedded, TODAY)


def test_a_decision_of_a_killed_process_is_carried_out(embedded: Workspace) -> None:
    hold(embedded, {"links": [link("taobao:1", "phone:1"), link("jd:1", "phone:2")]})
    turn_holds(embedded, TODAY)
    groups = [["phone:1", "taobao:1"], ["jd:1", "phone:2"]]
    append_entries(embedded, [Entry("join", "p1", "p2", groups, "they said so", "li")])
    turn_holds(embedded, TODAY)
    assert len({*owners(embedded).values()}) == 1


def test_only_what_is_touched_is_looked_at(embedded: Workspace) -> None:
    hold(embedded, {"links": [link(f"taobao:{n}", f"phone:{n}") for n in range(9)]})
    resolve(embedded, TODAY)
    hold(embedded, {"links": [link(f"taobao:{n}", f"phone:{n}") for n in range(10)]})
    assert resolve(embedded, TODAY).n_identifiers == 2
    assert len(owners(embedded)) == 20


def test_where_nothing_touches_people_the_table_stays(embedded: Workspace) -> None:
    hold(embedded, {"members": [said("user:1", "李雷")]})
    renewed(embedded, TODAY)
    before = embedded.warehouse.version("people")
    hold(embedded, {"orders": [MADE["orders"](Shop(embedded, 1)) | {"id_key": "user:1"}]})
    renewed(embedded, TODAY)
    assert embedded.warehouse.version("people") == before
    made_of = embedded.warehouse.about("people")["made_of"]
    assert made_of["versions"]["identities"] == embedded.warehouse.version("identities")


def test_what_was_said_counts_once_its_day_has_come(embedded: Workspace) -> None:
    late = dt.datetime.combine(TODAY + dt.timedelta(days=2), dt.time(), dt.UTC)
    hold(embedded, {"members": [said("user:1", "李雷") | {"seen_at": late}]})
    for day in (TODAY, TODAY + dt.timedelta(days=1), TODAY):
        turn_holds(embedded, day)


@pytest.mark.spark
def test_turn_by_turn_is_all_at_once_on_spark(make_workspace: MakeWorkspace) -> None:
    """One cheap case of all: what Spark keeps turn by turn is what DuckDB gives at once."""
    workspace = make_workspace("spark")
    shop = Shop(written_by(workspace), 5)
    for n in (40, 3):
        for _ in range(n):
            shop.change()
        shop.write()
        turn_holds(workspace, TODAY)
