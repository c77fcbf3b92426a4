"""What a step declares is true: the tables, settings and files that it reads and writes, recorded while it does its work."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import quanyu.workspace
from quanyu import ledger, loop
from quanyu.collect.load.load import load
from quanyu.collect.money.currency import COUNTED
from quanyu.ledger import ConsentEntry, ResponseEntry
from quanyu.part.step import Step
from quanyu.rule import ASKED
from quanyu.settings import Settings
from quanyu.warehouse import Warehouse
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, simulate

SAID_AT = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
READING = ("table", "moved", "added", "about", "partitions", "partition", "exists", "version", "count")
WRITING = ("replace", "rewrite", "append", "merge", "delete")
ALWAYS = {
    "timezone",
    "currency",
    "engine",
    "name",
    "language",
    "memory_limit",
    "threads",
    "spark",
    "storage",
    "ledger_url",
}
"""Settings that every step depends on, or that change no result."""
ELSEWHERE = (".quanyu", "tables", "exports")
"""Folders of a workspace that hold no files of its owner."""


@dataclass(frozen=True)
class Seldom:
    """What a step declares for cases that this shop does not have."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    why: str = ""


SELDOM = {
    "currency": Seldom(reads=("fx_rates",), writes=COUNTED, why="no row waits for a rate here"),
    "identity": Seldom(writes=("identity_log",), why="nobody merged or split people"),
    "lifetimes": Seldom(reads=("order_lines", "items"), why="only where groups are by first category"),
    "segments": Seldom(reads=(*ASKED, "identity_log"), why="a rule reads what it names; nobody was merged"),
    "audience": Seldom(reads=ASKED, why="a rule reads what it names"),
    "act": Seldom(
        reads=ASKED,
        writes=("spend_test_days",),
        why="a rule reads what it names; no test of spend was approved",
    ),
    "tests": Seldom(reads=("orders", "spend"), settings=("seed",), why="no test of spend was approved"),
    "budget": Seldom(settings=("seed",), why="no test of spend was read"),
    "learn": Seldom(reads=("curves",), why="no budget was approved two weeks ago"),
}
"""What a step may read or write but does not in this shop."""


@dataclass
class Seen:
    """What a step did while it was watched."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


@dataclass
class Watch:
    """Who is watched at the moment, and what everybody did."""

    seen: dict[str, Seen] = field(default_factory=dict)
    now: Seen | None = None
    root: Path = Path()

    def open(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note a file of the workspace's owner that is opened."""
        if self.now and event == "open" and isinstance(arguments[0], str | Path):
            path = Path(arguments[0])
            if path.is_relative_to(self.root) and path.relative_to(self.root).parts[0] not in ELSEWHERE:
                self.now.files.add(str(path.relative_to(self.root)))

    def do(self, step: Step, ws: Workspace, day: Any) -> Any:
        """Do a step and note what it does."""
        self.now = self.seen.setdefault(step.name, Seen())
        try:
            return step.do(ws, day)
        finally:
            self.now = None


class Watched:
    """Settings that note which of them were read."""

    def __init__(self, settings: Settings, watch: Watch) -> None:
        self._settings, self._watch = settings, watch

    def __getattr__(self, name: str) -> Any:
        if self._watch.now and name in Settings.model_fields:
            self._watch.now.settings.add(name)
        return getattr(self._settings, name)

    def of(self, section: Any) -> Any:
        return getattr(self, section.section)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """A shop after two turns with everything approved between them, every step watched."""
    files, watch = tmp_path_factory.mktemp("files"), Watch()
    export(simulate(Shop(people=300, days=200)), files)
    made = quanyu.workspace.create(tmp_path_factory.mktemp("declared") / "shop", threads=1)
    load(made, [files])
    (made.root / "traits.toml").write_text(
        '[big]\nkind = "flag"\nexpression = "n_orders > 1"\n', encoding="utf-8"
    )
    ledger.save_segment(made.ledger, "buyers", "bought; frequency >= 1", "", who="test", at=made.now())
    with pytest.MonkeyPatch.context() as patch:
        ws = Workspace(made.root, Watched(made.settings, watch), made.clock)  # type: ignore[arg-type]
        for opened in ("warehouse", "ledger"):
            ws.__dict__[opened] = getattr(made, opened)
        for names, kind in ((READING, "reads"), (WRITING, "writes")):
            for name in names:
                patch.setattr(Warehouse, name, _noting(getattr(Warehouse, name), watch, kind))
        patch.setattr(loop, "STEPS", tuple(replace(step, do=partial(watch.do, step)) for step in loop.STEPS))
        patch.setattr(loop, "program", lambda _: "")
        watch.root = made.root
        sys.addaudithook(watch.open)
        _turn(ws)
        for decision in ledger.list_decisions(ws.ledger, status="proposed"):
            loop.decide(ws, decision.decision_id, "approved", who="test")
        ledger.add_consents(ws.ledger, [_said("person:p", "marketing"), _said("member:1", "personalisation")])
        ledger.add_responses(
            ws.ledger, [ResponseEntry("clicked", ws.now(), "mail", send_id="c:1:p", person_id="p")]
        )
        _turn(ws)
    made.close()
    yield watch.seen


def _said(key: str, purpose: str) -> ConsentEntry:
    return ConsentEntry(key, purpose, "mail", False, SAID_AT, "page", send_id="c:1:p")


def _turn(ws: Workspace) -> None:
    loop.run(ws, again="all")


def _noting(method: Any, watch: Watch, kind: str) -> Any:
    def noting(self: Warehouse, name: str, *arguments: Any, **more: Any) -> Any:
        if watch.now:
            getattr(watch.now, kind).add(name)
        return method(self, name, *arguments, **more)

    return noting


@pytest.mark.parametrize("step", loop.STEPS, ids=lambda step: step.name)
def test_a_step_reads_and_writes_what_it_declares(watched: dict[str, Seen], step: Step) -> None:
    seen, seldom = watched[step.name], SELDOM.get(step.name, Seldom())
    own = set(step.writes)
    assert own - set(seldom.writes) <= seen.writes <= own, "writes"
    reads = set(step.looks_at) - own
    assert reads - set(seldom.reads) <= seen.reads - own <= reads, "reads"
    assert set(step.settings) - set(seldom.settings) <= seen.settings - ALWAYS <= set(step.settings), (
        "settings"
    )
    assert seen.files == set(step.files), "files"
