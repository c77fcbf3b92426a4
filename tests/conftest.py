"""Fixtures of every test: workspaces on both engines, a fixed clock, and the folder of real data."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import io
import json
import multiprocessing
import os
import shutil
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any

import hypothesis
import pytest
from bench.slow import named
from xdist.scheduler import LoadScopeScheduling

import quanyu.cli.main
import quanyu.workspace
from quanyu.cli import speech
from quanyu.ledger import open_ledger
from quanyu.workspace import Workspace
from quanyu.world import Shop, export, simulate

for stream in (speech.out, speech.err):
    stream.width = speech.UNFOLDED
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)
"""Whoever runs the tests may have a width; nothing is folded in what they look at."""

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
"""The moment at which tests happen: noon in Shanghai."""

SECRET = "0123456789abcdef" * 4
"""The key of every workspace of a test, so that who is drawn into which group is the same in every run."""

ODD = "a b%20c 店#?*{[e\u0301'\""
"""The folder in which every file and workspace of a test lies: what means something in URLs, patterns, SQL and shells."""

QUICK = {
    **{
        f"spark.{part}.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m"
        for part in ("driver", "executor")
    },
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.locality.wait": "0",
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
}
CLUSTER = {
    "QUANYU_SPARK__MASTER": "local-cluster[2,1,1024]",
    "QUANYU_SPARK__SHUFFLE_PARTITIONS": "2",
    "QUANYU_SPARK__OPTIONS": json.dumps(QUICK),
}
"""Two workers, without what only pays for itself in long runs: compilers, plans that adapt, collectors in parallel."""

hypothesis.settings.register_profile("ci", deadline=None)
hypothesis.settings.register_profile("dev", deadline=None, max_examples=25)
hypothesis.settings.load_profile("ci")
"""No test looks at the clock; `--hypothesis-profile dev` draws fewer examples, where a test does not say how many."""

TOGETHER = {
    "spark": "spark",
    "tests/warehouse/test_footer": "spark",
    "tests/browser/": "browser",
    "tests/cli/test_commands": "shop",
    "tests/cli/test_narrow": "shop",
    "tests/docs/test_guides": "shop",
    **{f"tests/{name}": name for name in (
        "act/channel/mail/test_opensmtpd", "act/test_execute", "cli/command/test_query", "collect/test_layouts", "docs/test_words",
        "golden/test_metrics_online_retail", "laws/test_kept",
        "scenes/test_answer_truth", "scenes/test_attribution_truth", "scenes/test_declared", "test_turn",
    )},
}  # fmt: skip
"""Tests whose name has the first word run in one process, because they share something dear to start."""

LONG = frozenset({"spark", "browser"})
"""Groups that begin first, each in a process: what they cost is spent outside Python, where `COSTS` does not see it."""


class Scheduling(LoadScopeScheduling):
    """Spread tests over processes one by one, but keep together what shares a cluster, a browser or a shop."""

    def _split_scope(self, nodeid: str) -> str:
        return next(iter(_groups(nodeid)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Tell xdist to spread tests this way."""
    return Scheduling(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Move all temporary folders into one with an odd name; pytest itself would take such a name apart."""
    factory = session.config._tmp_path_factory  # type: ignore[attr-defined]
    factory._basetemp = factory.getbasetemp() / ODD
    factory._basetemp.mkdir()


LISTED = [line.split() for line in Path(__file__).with_name("slow.txt").read_text("utf-8").splitlines()]
COSTS = {(kind, name): float(cost) for kind, name, cost in (line for line in LISTED if line[0] != "#")}
"""CPU seconds of the tests and fixtures whose measured cost is above the limit: `python -m bench.slow` writes them."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what is slow and what needs real data; let the dearest begin first, so that no process waits at the end."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if _cost(item) or any(("fixture", name) in COSTS for name in fixtures):
            item.add_marker("slow")
        if "datasets" in fixtures:
            item.add_marker("datasets")
    yield
    items.sort(key=lambda item: (not LONG.isdisjoint(_groups(item.nodeid)), _cost(item)), reverse=True)
    apart = [
        item.nodeid
        for item in items
        if item.get_closest_marker("spark") and "spark" not in _groups(item.nodeid)
    ]
    if apart:
        raise pytest.UsageError(
            f"TOGETHER names no group for these, which would start another cluster: {apart}"
        )


def _groups(nodeid: str) -> list[str]:
    return [group for word, group in TOGETHER.items() if word in nodeid]


def _cost(item: pytest.Item) -> float:
    return COSTS.get(("test", named(item.nodeid)), 0.0)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over all that was imported, which stays."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let it have them back, for the end of the process."""
    gc.unfreeze()


@contextlib.contextmanager
def _own_loop(item: pytest.Item) -> Iterator[None]:
    """Hide the loop of a browser from a test that uses none: it is taken for running from start to end of the browser."""
    loop = None if "chromium" in getattr(item, "fixturenames", ()) else asyncio._get_running_loop()
    if loop:
        asyncio._set_running_loop(None)
    try:
        yield
    finally:
        if loop:
            asyncio._set_running_loop(loop)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Make ready without another's loop."""
    with _own_loop(item):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run without another's loop."""
    with _own_loop(item):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Tidy up without another's loop, except at the end, when browsers close."""
    with _own_loop(item) if nextitem else contextlib.nullcontext():
        return (yield)


MakeWorkspace = Callable[..., Workspace]

warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a ledger that nobody owns yet, which tests copy: to upgrade one takes as long as a small test."""
    file = tmp_path_factory.mktemp("ledger") / "ledger.db"
    open_ledger(file).close()
    return file


@pytest.fixture
def make_workspace(tmp_path: Path, empty_ledger: Path) -> Iterator[MakeWorkspace]:
    """Return a maker of workspaces: `make_workspace(engine="spark", timezone="Europe/London")`."""
    made: list[Workspace] = []

    def make(engine: str = "duckdb", now: dt.datetime = NOW, **settings: object) -> Workspace:
        root = tmp_path / f"shop{len(made)}"
        if engine == "spark":
            pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
            os.environ.update(CLUSTER)
        made.append(quanyu.workspace.create(root, clock=lambda: now, engine=engine, **settings))
        made[-1].path("secret").write_text(SECRET, encoding="ascii")
        shutil.copy(empty_ledger, made[-1].path("ledger.db"))
        return made[-1]

    yield make
    for workspace in made:
        if workspace.settings.engine == "duckdb":
            workspace.close()
        shutil.rmtree(workspace.root, ignore_errors=True)


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def workspace(request: pytest.FixtureRequest, make_workspace: MakeWorkspace) -> Workspace:
    """Return an empty workspace on each engine; the Spark one shares a local cluster with two workers."""
    return make_workspace(engine=request.param)


@pytest.fixture
def embedded(make_workspace: MakeWorkspace) -> Workspace:
    """Return an empty workspace on DuckDB, for steps whose tables `scenes/test_engines_agree.py` compares with Spark's."""
    return make_workspace()


def on_duckdb(ws: Workspace) -> Workspace:
    """Return the workspace on DuckDB: what Spark reads or keeps may be held against it, or written by it in less time."""
    return Workspace(ws.root, ws.settings.model_copy(update={"engine": "duckdb"}), ws.clock)


def written_by(ws: Workspace) -> Workspace:
    """Return a workspace itself where it is on DuckDB, else on DuckDB: what Spark only reads is written in less time."""
    return ws if ws.settings.engine == "duckdb" else on_duckdb(ws)


@pytest.fixture(scope="session")
def datasets() -> Path:
    """Return the folder of real data, or skip."""
    folder = os.environ.get("QUANYU_DATASETS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("QUANYU_DATASETS names no folder of real data")
    return Path(folder)


@dataclass(frozen=True)
class Answer:
    """What a command said and the exit code it ended with."""

    code: int
    out: str
    err: str


def command(*words: str) -> Answer:
    """Run the command `quanyu` in this process, exactly as the program does, in English."""
    out, err = io.StringIO(), io.StringIO()
    before, told = sys.argv, os.environ.get("QUANYU_LANGUAGE")
    sys.argv, os.environ["QUANYU_LANGUAGE"] = ["quanyu", *words], told or "en"
    code: object = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            quanyu.cli.main.app()
    except SystemExit as end:
        code = end.code
    finally:
        sys.argv = before
        if told is None:
            del os.environ["QUANYU_LANGUAGE"]
    return Answer(
        int(code) if isinstance(code, int) else 0 if code is None else 1, out.getvalue(), err.getvalue()
    )


@pytest.fixture(scope="session", name="command")
def command_fixture() -> Callable[..., Answer]:
    """Return the runner of commands: `command("sql", "SELECT 1")`."""
    return command


@dataclass(frozen=True)
class Apart:
    """A process of its own, to be killed, and what it writes."""

    process: BaseProcess
    out: IO[str]

    def end(self) -> int | None:
        """Wait for the end of the process and return its exit code; the number of a signal that ended it is negative."""
        self.out.read()
        self.out.close()
        self.process.join()
        return self.process.exitcode


StartApart = Callable[..., Apart]
READ_ONCE = ["quanyu.loop", "quanyu.collect.load.load", "quanyu.workspace"]
"""Imported before processes part, so that each of them begins at once."""


@pytest.fixture(scope="session")
def start_apart(tmp_path_factory: pytest.TempPathFactory) -> StartApart:
    """Return what runs code with some words in a process of its own: `start_apart("print(sys.argv[1])", "x")`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(READ_ONCE)
    folder = tmp_path_factory.mktemp("apart")

    def start(code: str, *words: str) -> Apart:
        pipe = folder / uuid.uuid4().hex
        os.mkfifo(pipe)
        head = f"import os, sys\nos.dup2(os.open({str(pipe)!r}, os.O_WRONLY), 1)\nsys.argv[1:] = {words!r}\n"
        process = context.Process(target=exec, args=(head + code, {}))
        process.start()
        return Apart(process, pipe.open(encoding="utf-8"))

    return start


EXPORTED = (
    "orders/taobao_orders_classic.csv",
    "orders/jd_orders.csv",
    "ads/wanxiangtai.csv",
    "members.csv",
    "consents.csv",
)


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with some files of a small simulated shop, as the platforms export them."""
    root = tmp_path_factory.mktemp("world")
    export(simulate(Shop(people=200, days=45, seed=7, ends_on=dt.date(2025, 6, 30))), root)
    folder = root / "exports"
    folder.mkdir()
    for name in EXPORTED:
        shutil.copy(root / "files" / name, folder)
    return folder


@pytest.fixture(scope="session")
def loaded_shop(exports: Path) -> Path:
    """Return a workspace beside `exports` that was loaded and run once; copy it before changing it."""
    root = exports.parent / "shop"
    for words in (("init", str(root)), ("load", str(exports), "-w", str(root)), ("run", "-w", str(root))):
        answer = command(*words)
        assert answer.code == 0, answer
    return root


@pytest.fixture
def shop(loaded_shop: Path, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the loaded shop, with `exports` beside it; it is the current folder."""
    shutil.copytree(exports, tmp_path / "exports")
    shutil.copytree(loaded_shop, tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"
