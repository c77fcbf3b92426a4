"""Traits of one's own: declared in traits.toml as a small SQL expression over a person's facts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
from ibis.common.exceptions import IbisError

from quanyu.errors import QuanyuError, SettingError, StorageError, WorkspaceError
from quanyu.nearest import did_you_mean
from quanyu.rule import expression, from_sql
from quanyu.tables import contract
from quanyu.tables.contract import TYPES
from quanyu.text import Text
from quanyu.understand.trait.catalogue import TRAITS
from quanyu.understand.trait.trait import FAMILIES, Trait
from quanyu.workspace import Workspace

FILE = "traits.toml"
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
WORDS = {"zh", "en", "family", "kind", "unit", "note", "expression"}
HINT = "A trait is a table [name] with {words}; see the tutorial on traits."

BY_NAME: Mapping[str, Trait] = {trait.name: trait for trait in TRAITS}
PERSONAL = {column.name for column in contract("people").columns if column.privacy == "personal"}


def read_traits(ws: Workspace) -> tuple[list[Trait], list[SettingError]]:
    """Return the traits of traits.toml, in order, and what is wrong with those that are left out.

    ```toml
    [weekend_buyer]
    zh = "周末买家"
    en = "Weekend buyer"
    family = "behaviour"
    kind = "flag"
    expression = "favourite_weekday >= 6 AND n_orders >= 2"
    ```
    """
    file = ws.root / FILE
    if not file.exists():
        return [], []
    try:
        declared = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        wrong = SettingError(
            "{file} is not valid TOML: {error}.", "Correct the file.", file=file, error=str(error)
        )
        return [], [wrong]
    traits: list[Trait] = []
    faults: list[SettingError] = []
    for name, fields in declared.items():
        try:
            traits.append(_trait(name, fields))
        except SettingError as error:
            faults.append(error)
    return traits, faults


def computable(
    ws: Workspace, traits: Iterable[Trait], people: ir.Table
) -> tuple[list[Trait], list[SettingError]]:
    """Return the traits that can be computed from people's facts, and why the others cannot.

    Each is computed for everybody, because some faults only the values show, as a text that is no number.
    """
    computed: list[Trait] = []
    faults: list[SettingError] = []
    for trait in traits:
        try:
            ws.warehouse.read(trait.column(people).count())
            computed.append(trait)
        except (WorkspaceError, StorageError):
            raise
        except SettingError as error:
            faults.append(error)
        except Exception as error:  # whatever the engine says of an expression that is not ours
            faults.append(
                _not_computed(trait.name, trait.note, str(error).strip().partition("\n")[0], people)
            )
    return computed, faults


def _not_computed(name: str, sql: str, error: object, people: ir.Table) -> SettingError:
    return SettingError(
        "The trait {name!r} cannot be computed from {sql!r}: {error}",
        "Correct [{name}] in {file}. It may use: {known}.",
        name=name,
        sql=sql,
        error=error,
        file=FILE,
        known=", ".join(_known(people)),
    )


@dataclass(frozen=True)
class Formula:
    """A small SQL expression over traits and a person's facts, read into the tree of a rule.

    What it may be made of says `quanyu.rule.from_sql`. Dividing by zero gives null. Anything else raises
    `SettingError`.

    >>> import ibis
    >>> facts = ibis.table({"n_orders": "int64", "n_sessions": "int64"}, name="facts")
    >>> Formula("orders_per_visit", "n_orders / n_sessions")(facts).type()
    Float64(nullable=True)
    """

    name: str
    sql: str

    def __call__(self, people: ir.Table) -> ir.Value:
        """Return the expression over the facts."""
        try:
            return expression(from_sql(self.sql), lambda name: _column(name, people))
        except (QuanyuError, IbisError, TypeError, AttributeError, KeyError, ValueError) as error:
            said = error if isinstance(error, QuanyuError) else str(error).partition("\n")[0]
            raise _not_computed(self.name, self.sql, said, people) from None


def _known(people: ir.Table) -> list[str]:
    return sorted({*BY_NAME, *people.columns} - PERSONAL)


def _column(name: str, people: ir.Table) -> ir.Value:
    """Return a trait or a fact by its name."""
    if name in BY_NAME:
        return BY_NAME[name].of(people)
    if name in people.columns and name not in PERSONAL:
        return people[name]
    near = did_you_mean(name, _known(people))
    raise SettingError(
        "there is no trait or fact {sql!r}. {near}" if near else "there is no trait or fact {sql!r}",
        sql=name,
        near=near,
    )


def _trait(name: str, fields: Any) -> Trait:
    words = ", ".join(sorted(WORDS))
    if not NAME.fullmatch(name) or name in {"person_id", "as_of", *(trait.name for trait in TRAITS)}:
        raise SettingError(
            "The trait name {name!r} is taken or not a lower-case word.", HINT, name=name, words=words
        )
    if (
        not isinstance(fields, dict)
        or set(fields) - WORDS
        or not all(isinstance(v, str) for v in fields.values())
    ):
        raise SettingError(
            "The trait {name!r} has fields that are not known texts: {fields!r}.",
            HINT,
            name=name,
            fields=fields,
            words=words,
        )
    family, kind = fields.get("family", "behaviour"), fields.get("kind", "number")
    if family not in FAMILIES or kind not in TYPES or not fields.get("expression"):
        raise SettingError(
            "The trait {name!r} has family {family!r} and kind {kind!r}.",
            "Families: {families}. Kinds: {kinds}. An expression is needed.",
            name=name,
            family=family,
            kind=kind,
            families=", ".join(FAMILIES),
            kinds=", ".join(TYPES),
        )
    english = str(fields.get("en", name))
    sql = str(fields["expression"])
    note: Text = str(fields.get("note", sql))
    return Trait(
        name=name, zh=str(fields.get("zh", english)), en=english, family=family, kind=kind, of=Formula(name, sql),
        unit=str(fields.get("unit", "")), note=note,
    )  # fmt: skip
