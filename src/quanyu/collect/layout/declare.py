"""Read a layout file: TOML becomes a `Layout`, and whatever is wrong in it is named with its line."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from quanyu.collect.layout import sound
from quanyu.collect.layout.layout import Condition, Field, Layout, People, Target
from quanyu.collect.layout.mistake import LayoutError, line_of, meant
from quanyu.errors import SettingError
from quanyu.tables import CONTRACTS, Table, contract

GUIDE = "How to write one: docs/how-to/write-a-layout.md"
OPTIONS = ("per", "only", "exempt", "patch", "whole")
TEXTS = ("name", "zh", "en", "platform", "source", "timezone", "currency", "country", "decimal")
LISTS = ("match", "either", "nulls", "totals", "kinds", "summary", "one_day")
ENTRIES = (*TEXTS, *LISTS, "quoting", "comes", "maps", "people")
PEOPLE = ("ids", "seen_at", "country")
RENAMED = {"columns": "from", "other": "or"}
VERBS = {RENAMED.get(each.name, each.name): each.name for each in fields(Field)}
WORD_LISTS = ("from", "join", "sum", "times", "divide", "json", "running", "format")
FLAGS = ("percent", "total", "is_verified")
FIGURES = ("scale", "at_least")


def read_layout(path: Path) -> Layout:
    """Read a layout file; raise `SettingError` that names the file, the line and the entry that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        return parse_layout(tomllib.loads(text), path.stem)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(
            "The layout {file} is not valid TOML: {error}.", GUIDE, file=path, error=str(error)
        ) from None
    except LayoutError as wrong:
        line = line_of(text, wrong.where, wrong.word)
        raise SettingError(
            "The layout {file}, line {line}: {wrong}.", GUIDE, file=path, line=line, wrong=wrong
        ) from None


def parse_layout(entries: Mapping[str, Any], name: str = "") -> Layout:
    """Return the layout that a TOML document describes; raise `LayoutError` for what is wrong in it."""
    for key in entries:
        if key not in ENTRIES and key not in CONTRACTS:
            allowed = [*ENTRIES, *inputs()]
            raise LayoutError(
                "{entry!r} is neither an entry nor a table; {meant}", entry=key, meant=meant(key, allowed)
            )
    named = {"name": name, **entries}
    given: dict[str, Any] = {key: text(named[key], key) for key in TEXTS if key in named}
    given |= {key: words(named.get(key, ()), key) for key in LISTS}
    given |= {"quoting": flag(named.get("quoting", True), "quoting"), "comes": whole(named.get("comes", 0))}
    maps = {
        key: word_map(value, f"maps.{key}") for key, value in table(named.get("maps", {}), "maps").items()
    }
    people = _people(table(named.get("people", {}), "people"), maps)
    targets = tuple(
        _target(key, table(value, key), maps)
        for key, value in named.items()
        if key in CONTRACTS and key not in ENTRIES
    )
    if not targets or not given["match"]:
        raise LayoutError("'match' and at least one table are needed", entry="match")
    given.setdefault("platform", given["name"])
    given.setdefault("source", given["platform"])
    given.setdefault("zh", given["name"])
    given.setdefault("en", given["name"])
    layout = Layout(targets=targets, people=people, entries=dict(entries), **given)
    sound.judge(layout)
    return layout


def inputs() -> list[str]:
    """Return the names of the tables that files fill."""
    return [each.name for each in CONTRACTS.values() if each.is_input]


def _target(name: str, entries: Mapping[str, Any], maps: Mapping[str, Mapping[str, str]]) -> Target:
    promise = contract(name)
    if not promise.is_input:
        raise LayoutError(
            "the table {entry!r} is not filled from files; {meant}", entry=name, meant=meant(name, inputs())
        )
    made = {}
    for key, value in entries.items():
        if key in OPTIONS:
            continue
        where = f"{name}.{key}"
        if key not in promise.by_name:
            near = meant(key, [*promise.by_name, *OPTIONS])
            raise LayoutError(
                "{table} has no column {column!r}; {meant}", entry=where, table=name, column=key, meant=near
            )
        made[key] = _field(value, maps, where)
    per = promise.key if entries.get("per") == "key" else words(entries.get("per", ()), f"{name}.per")
    _known_columns(promise, per, f"{name}.per")
    for key, each in made.items():
        _known_columns(promise, each.running, f"{name}.{key}")
    exempt = table(entries.get("exempt", {}), f"{name}.exempt")
    _known_columns(promise, tuple(exempt), f"{name}.exempt")
    lifted = {key: _condition(value, f"{name}.exempt.{key}") for key, value in exempt.items()}
    only = _condition(entries.get("only", {}), f"{name}.only")
    flags = [flag(entries.get(each, False), f"{name}.{each}") for each in ("patch", "whole")]
    return Target(promise, made, per, only, lifted, *flags)


def _known_columns(promise: Table, names: tuple[str, ...], where: str) -> None:
    for name in names:
        if name not in promise.by_name:
            near = meant(name, promise.by_name)
            raise LayoutError(
                "{table} has no column {word!r}; {meant}",
                entry=where,
                word=name,
                table=promise.name,
                meant=near,
            )


def _people(entries: Mapping[str, Any], maps: Mapping[str, Mapping[str, str]]) -> People:
    ids = entries.get("ids", [])
    if not isinstance(ids, list):
        raise LayoutError(
            "{entry} needs a list of tables such as {{ from = ..., id = ... }}", entry="people.ids"
        )
    kinds = tuple(_field(entry, maps, "people.ids") for entry in ids)
    for each in kinds:
        if not each.id:
            raise LayoutError(
                "every entry of {entry} needs 'id', the kind of the identifier",
                entry="people.ids",
                word=next(iter(each.names), ""),
            )
    known = contract("members").by_name
    told = {}
    for key, value in entries.items():
        if key in PEOPLE:
            continue
        if key not in known:
            near = meant(key, [*known, *PEOPLE])
            raise LayoutError(
                "people has no column {column!r}; {meant}", entry=f"people.{key}", column=key, meant=near
            )
        told[key] = _field(value, maps, f"people.{key}")
    seen, land = (
        _field(entries[key], maps, f"people.{key}") if key in entries else None
        for key in ("seen_at", "country")
    )
    return People(kinds, seen, land, told)


def _field(entry: Any, maps: Mapping[str, Mapping[str, str]], where: str) -> Field:
    given = {"from": entry} if isinstance(entry, (str, list)) else entry
    if not isinstance(given, Mapping):
        raise LayoutError(
            "{entry} is {word!r}; a column name, a list of names or a table of verbs is needed",
            entry=where,
            word=entry,
        )
    made: dict[str, Any] = {}
    for verb, value in given.items():
        if verb not in VERBS:
            near = meant(verb, VERBS)
            raise LayoutError(
                "{entry} uses the verb {word!r}, which does not exist; {meant}",
                entry=where,
                word=verb,
                meant=near,
            )
        made[VERBS[verb]] = _verb(verb, value, maps, where)
    return Field(**made)


def _verb(verb: str, value: Any, maps: Mapping[str, Mapping[str, str]], where: str) -> Any:
    """Return what stands behind a verb, of the type that the verb needs."""
    if verb == "map":
        return _named_map(value, maps, where)
    if verb == "or":
        return _field(value, maps, where)
    if verb in ("value", "default") and isinstance(value, (bool, int, float)):
        return str(value).lower()
    read: Callable[[Any, str], Any] = READ.get(verb, text)
    return read(value, where)


def _named_map(value: Any, maps: Mapping[str, Mapping[str, str]], where: str) -> Mapping[str, str]:
    if isinstance(value, str) and value not in maps:
        near = meant(value, maps)
        raise LayoutError(
            "{entry} names the map {word!r}, which [maps] does not have; {meant}",
            entry=where,
            word=value,
            meant=near,
        )
    return maps[value] if isinstance(value, str) else word_map(value, where)


def text(value: Any, where: str) -> str:
    """Return a text, or raise `LayoutError`."""
    if not isinstance(value, str):
        raise LayoutError("{entry} is {word!r}; a text is needed", entry=where, word=value)
    return value


def flag(value: Any, where: str) -> bool:
    """Return true or false, or raise `LayoutError`."""
    if not isinstance(value, bool):
        raise LayoutError("{entry} is {word!r}; true or false is needed", entry=where, word=value)
    return value


def number(value: Any, where: str) -> float:
    """Return a number, or raise `LayoutError`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise LayoutError("{entry} is {word!r}; a number is needed", entry=where, word=value)
    return float(value)


def whole(value: Any) -> int:
    """Return the whole number of `comes`, or raise `LayoutError`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise LayoutError("{entry} is {word!r}; a whole number is needed", entry="comes", word=value)
    return value


def words(value: Any, where: str) -> tuple[str, ...]:
    """Return a text or a list of texts as several, or raise `LayoutError`."""
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, (list, tuple)) or not all(isinstance(word, str) for word in several):
        raise LayoutError("{entry} is {word!r}; a text or a list of texts is needed", entry=where, word=value)
    return tuple(several)


def table(value: Any, where: str) -> Mapping[str, Any]:
    """Return a table, or raise `LayoutError`."""
    if not isinstance(value, Mapping):
        raise LayoutError("{entry} is {word!r}; a table is needed", entry=where, word=value)
    return value


def word_map(value: Any, where: str) -> Mapping[str, str]:
    """Return a translation of words, or raise `LayoutError`."""
    return {word: text(said, where) for word, said in table(value, where).items()}


def _condition(value: Any, where: str) -> Condition:
    return {column: words(allowed, where) for column, allowed in table(value, where).items()}


READ: Mapping[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(WORD_LISTS, words), **dict.fromkeys(FLAGS, flag), **dict.fromkeys(FIGURES, number),
    "when": _condition,
}  # fmt: skip
"""What must stand behind a verb; a text where nothing is said."""
