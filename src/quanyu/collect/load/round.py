"""Bring the files that are staged into their tables together: one pass and one commit per table, in their order."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from quanyu.collect.layout import Layout
from quanyu.collect.load.former import Left, leave
from quanyu.collect.load.outcome import Outcome
from quanyu.collect.load.recipe import FILE
from quanyu.collect.load.take import Taken
from quanyu.collect.merge import Staged, bring, namesakes, rejoin, whole
from quanyu.collect.note import SEQ
from quanyu.tables import contract
from quanyu.warehouse.reader import Reader
from quanyu.workspace import Workspace

BROWSER = re.compile(r"^(.*?) ?\((\d+)\)$")
"""What a browser makes of the name of a file that is there already."""
LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Ready:
    """A file that is staged: its number among those staged, when it was last written, whether it is read again
    in place of an earlier reading, and what that one gave if it was by another layout.
    """

    number: int
    file: Path
    written_at: float
    layout: Layout
    sha256: str
    taken: Taken
    is_again: bool
    former: Mapping[str, Staged] = field(default_factory=dict)

    @property
    def age(self) -> tuple[object, ...]:
        """What orders files, oldest first: what their layout says, the newest time in them, when they were written,
        and their name, that of a browser's copies counted on.
        """
        newest = self.taken.newest or LONG_AGO
        return self.layout.comes, newest, self.written_at, natural(self.file)


def natural(file: Path) -> tuple[str, str, int]:
    """Return what a name counts as among others: `orders (1).csv` comes after `orders.csv`, and before `(2)`.

    >>> natural(Path("orders.csv")) < natural(Path("orders (2).csv")) < natural(Path("orders (10).csv"))
    True
    """
    copied = BROWSER.fullmatch(file.stem)
    stem, number = (copied[1], int(copied[2])) if copied else (file.stem, -1)
    return str(file.parent), stem, number


def bring_round(ws: Workspace, reader: Reader, files: Sequence[Ready], work: Path) -> dict[int, Outcome]:
    """Bring staged files into their tables and return what came of each by its number.

    What the files refuse comes last; a file read again leaves none of its earlier refusals. Brought again after an
    interruption nothing doubles, because rows are merged by their natural key.
    """
    work.mkdir(parents=True, exist_ok=True)
    ordered = sorted(files, key=lambda ready: ready.age)
    by_file: dict[int, dict[str, bring.Brought]] = {ready.number: {} for ready in files}
    waiting: dict[int, int] = {}
    moved, orders = None, None
    complete = frozenset(
        seq for seq, ready in enumerate(ordered) if any(t.is_whole for t in ready.layout.targets)
    )
    _keep_continuations(ws, ordered, work)
    for name in sorted({name for ready in ordered for name in ready.taken.staged} - ASIDE, key=_turn):
        staged = _staged(reader, name, ordered, work)
        if staged:
            if name == "orders":
                moved = namesakes(ws, staged.rows(ws.warehouse.scan, contract(name)), work)
                orders = whole.placed(ws, name, staged, moved)
            lines = None
            if name == "order_lines" and orders is not None and complete:
                told = whole.tellings(ws, orders, complete, work)
                lines = whole.only_told(whole.placed(ws, name, staged, moved), told, complete)
                written = ws.warehouse.engine.write(lines, work / "lines")
                staged = Staged(tuple(written), seqs=staged.seqs, again=staged.again)
                lines = ws.warehouse.scan(written)
            for seq, brought in bring.into(
                ws, name, staged, work, moved=None if lines is not None else moved
            ).items():
                by_file[ordered[seq].number][name] = brought
            if lines is not None:
                whole.drop_untold(ws, lines, told)
    for ready in ordered:
        for name in _patches(ready.layout):
            change, n_missing = bring.patch(ws, name, ready.taken.staged[name], work)
            by_file[ready.number][name] = bring.Brought(change)
            waiting[ready.number] = waiting.get(ready.number, 0) + n_missing
    left = _leave(ws, ordered, work)
    rejoin.join(ws, work)
    for seq, brought in _bring_rejects(ws, reader, ordered, work).items():
        by_file[ordered[seq].number]["rejects"] = brought
    last = next((ready.number for ready in reversed(ordered) if ready.former), None)
    return {
        number: Outcome(
            {name: result.change for name, result in tables.items()},
            sum(result.n_behind for result in tables.values()),
            waiting.get(number, 0),
            left if number == last else Left(),
        )
        for number, tables in by_file.items()
    }


def _leave(ws: Workspace, ordered: Sequence[Ready], work: Path) -> Left:
    """Take out what former readings of these files gave and the new ones do not."""
    n_gone, n_stay = 0, 0
    for name in sorted({name for ready in ordered for name in ready.former}):
        former = [ready.former[name] for ready in ordered if name in ready.former]
        new = [ready.taken.staged[name] for ready in ordered if name in ready.taken.staged]
        left = leave(ws, name, former, new, work)
        n_gone, n_stay = n_gone + left.n_gone, n_stay + left.n_stay
    return Left(n_gone, n_stay)


FIRST = ("fx_rates", "orders")
"""Tables that others look at when they are brought: for rates, and for the currency of an order's lines."""


ASIDE = {"rejects", "continuations"}
"""What is brought file by file, beside the tables."""


def _keep_continuations(ws: Workspace, ordered: Sequence[Ready], work: Path) -> None:
    """Keep the lines that continue orders of other files; what a file that is read again said before is forgotten."""
    if again := [ready.sha256 for ready in ordered if ready.is_again]:
        rejoin.forget(ws, again, work)
    for ready in ordered:
        if "continuations" in ready.taken.staged:
            rows = ready.taken.staged["continuations"].rows(ws.warehouse.scan, contract("continuations"))
            rejoin.store(ws, rows, ready.file, ready.sha256)


def _turn(name: str) -> tuple[int, str]:
    return FIRST.index(name) if name in FIRST else len(FIRST), name


def _patches(layout: Layout) -> list[str]:
    return [target.table.name for target in layout.targets if target.is_patch]


def _staged(reader: Reader, name: str, ordered: Sequence[Ready], work: Path) -> Staged | None:
    """Return the rows of all files for one table: as they lie if there is one, else together in one file."""
    parts = {
        seq: ready.taken.staged[name]
        for seq, ready in enumerate(ordered)
        if name in ready.taken.staged and name not in _patches(ready.layout)
    }
    again = frozenset(seq for seq in parts if ordered[seq].is_again)
    if len(parts) < 2:
        return next((replace(part, seqs=(seq,), again=again) for seq, part in parts.items()), None)
    places = {ready.number: seq for seq, ready in enumerate(ordered)}
    into = work / f"{name}.together.parquet"
    reader.run(_together(reader, name, parts.values(), places), into)
    return Staged((into,), seqs=tuple(parts), again=again)


def _together(reader: Reader, name: str, parts: Iterable[Staged], places: Mapping[int, int]) -> str:
    """Return the statement that reads the rows of many files with the place of each file."""
    alike: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[Path]] = {}
    for part in parts:
        alike.setdefault((part.prefix, part.blank, part.true), []).extend(part.paths)
    columns = contract(name).schema.names
    order = [places.get(number, 0) for number in range(max(places) + 1)]
    selects = []
    for (prefix, blank, true), paths in alike.items():
        tests = [f'"{each}" IS NULL' for each in blank] + [f'"{each}"' for each in true]
        cells = ", ".join(f'"{prefix}{column}" AS "{column}"' for column in columns)
        selects.append(
            # Names and places are quoted where they are made.
            f"SELECT {cells}, ({order})[{FILE} + 1]::BIGINT AS {SEQ} FROM ({reader.parquet(*paths, by_name=True)})"  # nosec B608
            f" WHERE {' AND '.join(tests) or 'true'}"
        )
    return " UNION ALL ".join(selects)


def _bring_rejects(
    ws: Workspace, reader: Reader, ordered: Sequence[Ready], work: Path
) -> dict[int, bring.Brought]:
    """Bring what the files refuse, in place of what they refused when they were read before."""
    rejects = ws.warehouse.table("rejects")
    hashes = [ready.sha256 for ready in ordered]
    earlier = rejects.filter(rejects.file_hash.isin(hashes))
    staged = _staged(reader, "rejects", ordered, work)
    if staged:
        return bring.into(ws, "rejects", staged, work, gone=earlier)
    if ws.warehouse.read(earlier.aggregate(n=earlier.count())).column(0)[0].as_py():
        ws.warehouse.delete("rejects", lambda rows: rows.file_hash.isin(hashes), by="collect")
    return {}
