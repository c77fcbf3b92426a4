"""A layout is data: which columns of a platform's file fill which columns of which table, in a few declared verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from quanyu.collect.header import normal
from quanyu.collect.manner import Decimal
from quanyu.tables import Table

Condition = Mapping[str, tuple[str, ...]]
"""Source column -> words one of which it must match: `*` stands for any text, an empty word for an empty cell."""


@dataclass(frozen=True)
class Field:
    """Where one column comes from and how it is read.

    Sources, one of: `columns` (`from`: the first that is not empty, `*` allowed in a name), `value` (the same for
    all rows), `header` (what `*` stands for in a column's name), `file` (first group of a pattern over the file's
    name), `join` (texts put together), `sum` (`-` before a name subtracts), `times` (product), `divide` (quotient), `json` (an
    object). Then, in this order: `pattern` (first group), `map` (words to words), `format` (times), `decimal`, `percent`, `scale`,
    `at_least`, `when` (else nothing), `default`. In a table with `per`, `total` adds the lines up; without it the
    first value counts. `running` numbers the lines that agree in columns of the table. `id` makes an identifier of a kind.
    `shared` names a column of the first table whose value stands in where the own one is missing: then that of another
    line with the same stand-in counts. `other` is how a row is read in which all of this finds nothing.
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    header: str = ""
    file: str = ""
    join: tuple[str, ...] = ()
    sum: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    divide: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    shared: str = ""
    id: str = ""
    pattern: str = ""
    map: Mapping[str, str] = field(default_factory=dict)
    format: tuple[str, ...] = ()
    decimal: Decimal = ""
    percent: bool = False
    scale: float = 1.0
    at_least: float | None = None
    when: Condition = field(default_factory=dict)
    default: str | None = None
    total: bool = False
    is_verified: bool = False
    other: Field | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The source columns that the field calculates with."""
        return (*(name.lstrip("-") for name in self.sum), *self.times, *self.divide)

    @property
    def sources(self) -> tuple[str, ...]:
        """The source columns that the value comes from."""
        return (*self.columns, *self.join, *self.parts, *self.json, *((self.header,) if self.header else ()))

    @property
    def names(self) -> tuple[str, ...]:
        """Every source column that the field reads."""
        return (*self.sources, *self.when, *(self.other.names if self.other else ()))


@dataclass(frozen=True)
class Target:
    """How one table is filled. `per` makes one row of all lines that agree in those columns; `only` says which
    lines count; `exempt` lifts the contract's range of a column for the lines that meet a condition. `patch`
    only completes rows that another file brought. `whole` says that a file which has an order has all its lines.
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
    def needs_person(self) -> bool:
        """A row says nothing without the identifier of a person."""
        column = self.table.by_name.get("id_key")
        return column is not None and (column.is_required or column.name in self.table.key)

    @property
    def keys(self) -> tuple[str, ...]:
        """The key columns that the file itself gives."""
        return tuple(name for name in self.table.key if name in self.fields and not self.fields[name].running)


@dataclass(frozen=True)
class People:
    """The identifiers a line shows (best first), when they were seen, what is said about the person, and the country
    of the line's telephone numbers.
    """

    ids: tuple[Field, ...] = ()
    seen_at: Field | None = None
    country: Field | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """One kind of file. `match` are the columns that must be there for the layout to be recognised, `either`
    those of which one must; of files loaded together, those that `comes` later are loaded later. `decimal` is the
    decimal mark of its figures, `country` that of its telephone numbers; without `quoting` a quotation mark is a
    letter like any other. `kinds` are kinds of identifiers beside the usual ones; `entries` is what its file says.
    A line in which none of the columns `summary` says anything is a totals line; one whose columns `one_day` name
    different days is refused. `is_own` marks one of the workspace.
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
    decimal: Decimal = ""
    quoting: bool = True
    kinds: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    one_day: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    is_plain: bool = False
    is_own: bool = False
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
        yield from (*self.either, *self.summary, *self.one_day)
        if self.people.seen_at:
            yield from self.people.seen_at.names
        if self.people.country:
            yield from self.people.country.names
        for target in self.targets:
            yield from target.only
            for each in target.fields.values():
                yield from each.names
        for each in (*self.people.ids, *self.people.fields.values()):
            yield from each.names
