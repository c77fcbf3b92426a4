"""A layout is data: which columns of a platform's file fill which columns of which table, in a few declared verbs."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from quanyu.errors import SettingError
from quanyu.tables import CONTRACTS, Table, contract

OPTIONS = ("per", "only", "exempt", "patch", "whole")
GUIDE = "How to write one: docs/how-to/write-a-layout.md"
Condition = Mapping[str, tuple[str, ...]]
"""Source column -> words one of which it must match: `*` stands for any text, an empty word for an empty cell."""


@cache
def normal(name: str) -> str:
    """Return a header cell as it is compared: width, case, blanks and byte-order marks do not count.

    >>> normal("\\ufeff 订单应付金额（元） ")
    '订单应付金额(元)'
    """
    plain = unicodedata.normalize("NFKC", name.replace("\ufeff", "").strip(" \t'\""))
    return re.sub(r"\s+", " ", plain).strip().casefold()


@dataclass(frozen=True)
class Field:
    """Where one column comes from and how it is read.

    Sources, one of: `columns` (`from`: the first that is not empty, `*` allowed in a name), `value` (the same for
    all rows), `header` (what `*` stands for in a column's name), `file` (first group of a pattern over the file's
    name), `join` (texts put together), `sum` (`-` before a name subtracts), `times` (product), `json` (an object).
    Then, in this order: `pattern` (first group), `map` (words to words), `format` (times), `percent`, `scale`,
    `at_least`, `when` (else nothing), `default`. In a table with `per`, `total` adds the lines up; without it the
    first value counts. `running` numbers the lines that agree in columns of the table. `id` makes an identifier of a kind.
    `shared` names a column of the first table whose value stands in where the own one is missing: then that of another
    line with the same stand-in counts.
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    header: str = ""
    file: str = ""
    join: tuple[str, ...] = ()
    sum: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    shared: str = ""
    id: str = ""
    pattern: str = ""
    map: Mapping[str, str] = field(default_factory=dict)
    format: tuple[str, ...] = ()
    percent: bool = False
    scale: float = 1.0
    at_least: float | None = None
    when: Condition = field(default_factory=dict)
    default: str | None = None
    total: bool = False
    is_verified: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every source column that the field reads."""
        used = (*self.columns, *self.join, *(name.lstrip("-") for name in self.sum), *self.times, *self.json)
        return (*used, *((self.header,) if self.header else ()), *self.when)


@dataclass(frozen=True)
class Target:
    """How one table is filled. `per` makes one row of all lines that agree in those columns; `only` says which
    lines count; `exempt` lifts the contract's range of a column for the lines that meet a condition. `patch`
    only completes rows that another file brought. In a table of lines `whole` says that a file which has an order has
    all its lines.
    """

    table: Table
    fields: Mapping[str, Field]
    per: tuple[str, ...] = ()
    only: Condition = field(default_factory=dict)
    exempt: Mapping[str, Condition] = field(default_factory=dict)
    is_patch: bool = False
    is_whole: bool = False

    @property
    def late_defaults(self) -> dict[str, str]:
        """The defaults that stand where no line of a group says anything: known when all have been looked at."""
        return {
            name: each.default
            for name, each in self.fields.items()
            if self.per and each.default is not None and each.columns and not each.total
        }

    @property
    def is_gathered(self) -> bool:
        """Rows are made by looking at several records."""
        return bool(self.per) or any(each.running for each in self.fields.values())

    @property
    def keys(self) -> tuple[str, ...]:
        """The key columns that the file itself gives."""
        return tuple(name for name in self.table.key if name in self.fields and not self.fields[name].running)


@dataclass(frozen=True)
class People:
    """The identifiers a line shows (best first), when they were seen, and what is said about the person."""

    ids: tuple[Field, ...] = ()
    seen_at: Field | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """One kind of file. `match` are the columns that must be there for the layout to be recognised, `either`
    those of which one must; of files loaded together, those that `comes` later are loaded later. `decimal` is the
    decimal mark of its figures, `country` that of its telephone numbers; without `quoting` a quotation mark is a
    letter like any other. `entries` is what its file says.
    """

    name: str
    zh: str
    en: str
    platform: str
    source: str
    match: tuple[str, ...]
    targets: tuple[Target, ...]
    people: People = People()
    timezone: str = ""
    currency: str = ""
    country: str = ""
    decimal: str = ""
    quoting: bool = True
    nulls: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    is_plain: bool = False
    comes: int = 0
    entries: Mapping[str, Any] | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the layout fills, those with what rows say about people included."""
        people = ("links",) if len(self.people.ids) > 1 else ()
        told = ("members",) if self.people.fields else ()
        return tuple(dict.fromkeys((*(target.table.name for target in self.targets), *people, *told)))

    @property
    def reads_file_name(self) -> bool:
        """Some column comes from the name of the file."""
        fields = [*self.people.ids, *self.people.fields.values()]
        fields += [each for target in self.targets for each in target.fields.values()]
        return any(each.file for each in fields)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every source column the layout reads, as compared."""
        return frozenset(normal(name) for name in (*self.match, *self._names()))

    def _names(self) -> Iterator[str]:
        yield from self.either
        if self.people.seen_at:
            yield from self.people.seen_at.names
        for target in self.targets:
            yield from target.only
            for each in target.fields.values():
                yield from each.names
        for each in (*self.people.ids, *self.people.fields.values()):
            yield from each.names


def read_layout(path: Path) -> Layout:
    """Read a layout file; raise `SettingError` that names the file and the entry that is wrong."""
    try:
        return parse_layout(tomllib.loads(path.read_text(encoding="utf-8")), path.stem)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(
            "The layout {file} is not valid TOML: {error}.", GUIDE, file=path, error=str(error)
        ) from None
    except _LayoutError as wrong:
        raise SettingError("The layout {file}: {wrong}.", GUIDE, file=path, wrong=wrong) from None


class _LayoutError(SettingError):
    """What is wrong with a layout."""


PLAIN_ENTRIES = (
    "name",
    "zh",
    "en",
    "platform",
    "source",
    "match",
    "timezone",
    "currency",
    "country",
    "decimal",
    "quoting",
    "nulls",
    "totals",
    "either",
    "comes",
)


def parse_layout(entries: Mapping[str, Any], name: str = "") -> Layout:
    """Return the layout that a TOML document describes."""
    named = {"name": name, **entries}
    maps = named.pop("maps", {})
    people = _people(named.pop("people", {}), maps)
    unknown = [key for key in named if key not in PLAIN_ENTRIES and key not in CONTRACTS]
    if unknown:
        raise _LayoutError(
            "{entry!r} is neither an entry nor a table; tables: {tables}",
            entry=unknown[0],
            tables=", ".join(_inputs()),
        )
    targets = tuple(_target(key, value, maps) for key, value in named.items() if key in CONTRACTS)
    if not targets or not named.get("match"):
        raise _LayoutError("'match' and at least one table are needed")
    given = {key: named[key] for key in PLAIN_ENTRIES if key in named}
    for key in ("match", "nulls", "totals", "either"):
        given[key] = _words(given.get(key, ()))
    given.setdefault("platform", named["name"])
    given.setdefault("source", given["platform"])
    given.setdefault("zh", named["name"])
    given.setdefault("en", named["name"])
    return Layout(targets=targets, people=people, entries=dict(entries), **given)


def _inputs() -> list[str]:
    return [table.name for table in CONTRACTS.values() if table.is_input]


def _target(name: str, entries: Mapping[str, Any], maps: Mapping[str, Any]) -> Target:
    promise = contract(name)
    if not promise.is_input:
        raise _LayoutError(
            "the table {table!r} is not filled from files; tables: {tables}",
            table=name,
            tables=", ".join(_inputs()),
        )
    made = {key: _field(value, maps, f"{name}.{key}") for key, value in entries.items() if key not in OPTIONS}
    surplus = [key for key in made if key not in promise.by_name]
    if surplus:
        raise _LayoutError(
            "{table} has no column {column!r}; it has {columns}",
            table=name,
            column=surplus[0],
            columns=", ".join(promise.by_name),
        )
    per = promise.key if entries.get("per") == "key" else _words(entries.get("per", ()))
    exempt = {key: _condition(value) for key, value in entries.get("exempt", {}).items()}
    within = {*per, *(name for each in made.values() for name in each.running)}
    if strange := sorted(within - set(promise.by_name)):
        raise _LayoutError("{table}: {column!r} is no column of the table", table=name, column=strange[0])
    options = {"is_patch": bool(entries.get("patch")), "is_whole": bool(entries.get("whole"))}
    return Target(promise, made, per, _condition(entries.get("only", {})), exempt, **options)


def _people(entries: Mapping[str, Any], maps: Mapping[str, Any]) -> People:
    ids = tuple(_field(entry, maps, "people.ids") for entry in entries.get("ids", ()))
    if any(not each.id for each in ids):
        raise _LayoutError("every entry of people.ids needs 'id', the kind of the identifier")
    seen = _field(entries["seen_at"], maps, "people.seen_at") if "seen_at" in entries else None
    rest = {
        key: _field(value, maps, f"people.{key}")
        for key, value in entries.items()
        if key not in ("ids", "seen_at")
    }
    surplus = [key for key in rest if key not in contract("members").by_name]
    if surplus:
        raise _LayoutError("people has no column {column!r}", column=surplus[0])
    return People(ids, seen, rest)


VERBS = {"from": "columns"} | {each.name: each.name for each in fields(Field) if each.name != "columns"}
LISTS = ("columns", "join", "sum", "times", "json", "running", "format")


def _field(entry: Any, maps: Mapping[str, Any], where: str) -> Field:
    given = {"from": entry} if isinstance(entry, (str, list)) else entry
    if not isinstance(given, Mapping):
        raise _LayoutError(
            "{entry} is {value!r}; a column name, a list of names or a table of verbs is needed",
            entry=where,
            value=entry,
        )
    surplus = [verb for verb in given if verb not in VERBS]
    if surplus:
        raise _LayoutError(
            "{entry} uses {verb!r}; verbs: {verbs}", entry=where, verb=surplus[0], verbs=", ".join(VERBS)
        )
    made: dict[str, Any] = {VERBS[verb]: value for verb, value in given.items()}
    for verb in LISTS:
        if verb in made:
            made[verb] = _words(made[verb])
    if isinstance(made.get("map"), str):
        if made["map"] not in maps:
            raise _LayoutError(
                "{entry} names the map {map!r}, which [maps] does not have", entry=where, map=made["map"]
            )
        made["map"] = maps[made["map"]]
    if "when" in made:
        made["when"] = _condition(made["when"])
    if "value" in made:
        made["value"] = str(made["value"])
    return Field(**made)


def _condition(entries: Mapping[str, Any]) -> Condition:
    return {column: _words(words) for column, words in entries.items()}


def _words(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(word) for word in value)
