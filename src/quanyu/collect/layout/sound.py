"""Judge whether what a layout says can be meant: kinds, zones, currencies, formats, patterns, conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from babel import Locale
from babel.numbers import list_currencies

from quanyu.collect.header import fits, normal
from quanyu.collect.kind import KINDS, SPELLINGS, kind_spelled
from quanyu.collect.layout.layout import Condition, Field, Layout
from quanyu.collect.layout.mistake import LayoutError, meant
from quanyu.nearest import nearest
from quanyu.settings.frame import zone_names
from quanyu.tables import Column, contract
from quanyu.tables.text.phone import country_named

MARKS = ("", ".", ",")
DIRECTIVES = "aAbBcdfgHIjmMnpSUuVwWxXyYzZGLq%"
"""Letters that may follow `%` in a format of times."""
NO_TEXT = pa.nulls(1, pa.string())
"""Something to try a regular expression on; an array of a text would import pandas where that is installed."""
PATTERNS = ("province", "city")
WRITTEN = {
    "YYYY": "%Y",
    "YY": "%y",
    "MM": "%m",
    "DD": "%d",
    "HH": "%H",
    "hh": "%H",
    "mm": "%M",
    "SS": "%S",
    "ss": "%S",
}
Placed = tuple[str, Field, Column]


def judge(layout: Layout) -> None:
    """Raise `LayoutError` for the first thing in a layout that cannot be meant."""
    _entries(layout)
    placed = list(_placed(layout))
    for where, field, column in placed:
        _identifier(layout, where, field, column)
        _patterns(where, field)
        _formats(where, field, column)
        _constants(where, field, column)
        _shared(layout, where, field)
    for where, condition in _conditions(layout, placed):
        _asked(layout, placed, where, condition)


def _placed(layout: Layout) -> Iterator[Placed]:
    """Yield every field with the place where it stands and the column that it fills, and after it its other one."""
    for where, field, column in _named(layout):
        yield where, field, column
        if field.other:
            yield where, field.other, column


def _named(layout: Layout) -> Iterator[Placed]:
    for target in layout.targets:
        for name, field in target.fields.items():
            yield f"{target.table.name}.{name}", field, target.table[name]
    members = contract("members")
    for field in layout.people.ids:
        yield "people.ids", field, members["id_key"]
    for name, field in layout.people.fields.items():
        yield f"people.{name}", field, members[name]
    if layout.people.seen_at:
        yield "people.seen_at", layout.people.seen_at, members["seen_at"]
    if layout.people.country:
        yield "people.country", layout.people.country, members["region"]


def _entries(layout: Layout) -> None:
    if layout.timezone and layout.timezone not in zone_names():
        near = meant(layout.timezone, sorted(zone_names()))
        raise LayoutError(
            "{entry} is {word!r}, no time zone of IANA; {meant}",
            entry="timezone",
            word=layout.timezone,
            meant=near,
        )
    if layout.currency and layout.currency not in list_currencies():
        near = meant(_currency(layout.currency), sorted(list_currencies()))
        raise LayoutError(
            "{entry} is {word!r}, no currency code of ISO 4217; {meant}",
            entry="currency",
            word=layout.currency,
            meant=near,
        )
    if layout.country and layout.country not in phonenumbers.SUPPORTED_REGIONS:
        near = meant(
            country_named(layout.country) or layout.country.upper(), sorted(phonenumbers.SUPPORTED_REGIONS)
        )
        raise LayoutError(
            "{entry} is {word!r}, no country code of ISO 3166; {meant}",
            entry="country",
            word=layout.country,
            meant=near,
        )
    if layout.decimal not in MARKS:
        raise LayoutError('{entry} is {word!r}; "." or "," is needed', entry="decimal", word=layout.decimal)
    for name in (*layout.match, *layout.either):
        if not normal(name):
            raise LayoutError("{entry} has an empty name", entry="match")


def _currency(word: str) -> str:
    """Return the code of a currency that is called by its name, else the word itself in capitals."""
    names = Locale.parse("en").currencies
    called = {str(name).casefold(): code for code, name in names.items()}
    return str(called.get(nearest(word, called).casefold(), word.upper()))


def _identifier(layout: Layout, where: str, field: Field, column: Column) -> None:
    is_key = column.name in ("id_key", "other_key")
    if is_key and not field.id:
        raise LayoutError("{entry} needs 'id', the kind of the identifier", entry=where)
    if field.id and not is_key:
        raise LayoutError(
            "{entry} is no identifier of a person: 'id' does not belong there", entry=where, word=field.id
        )
    own = (*layout.kinds, layout.platform)
    if field.id and field.id != "key" and field.id not in KINDS and field.id not in (*own, "name"):
        known = kind_spelled(field.id) or nearest(field.id, [*KINDS, *own, *SPELLINGS])
        near = meant(known or field.id, [*KINDS, *own])
        raise LayoutError(
            "{entry}: {word!r} is no kind of identifier; {meant}", entry=where, word=field.id, meant=near
        )
    for name in layout.kinds:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise LayoutError(
                "{entry}: {word!r} is no name for a kind: small letters, digits and _",
                entry="kinds",
                word=name,
            )


def _patterns(where: str, field: Field) -> None:
    for pattern in (field.pattern, field.file):
        if not pattern or pattern in PATTERNS:
            continue
        try:
            groups = re.compile(pattern).groups
            pc.match_substring_regex(NO_TEXT, pattern)
        except (re.error, pa.ArrowInvalid) as error:
            raise LayoutError(
                "{entry}: {word!r} is no regular expression: {error}",
                entry=where,
                word=pattern,
                error=str(error),
            ) from None
        if not groups:
            raise LayoutError(
                "{entry}: {word!r} has no group in brackets, and its first group is taken",
                entry=where,
                word=pattern,
            )
    if field.header and "*" not in field.header:
        raise LayoutError(
            "{entry}: {word!r} has no *, which stands for what is taken", entry=where, word=field.header
        )


def _formats(where: str, field: Field, column: Column) -> None:
    if field.format and column.kind not in ("day", "time"):
        raise LayoutError(
            "{entry} is neither a day nor a time: 'format' does not belong there",
            entry=where,
            word=field.format[0],
        )
    for form in field.format:
        letters = [letter[-1] for letter in re.findall(r"%-?.|%$", form)]
        if not letters or any(letter not in DIRECTIVES for letter in letters):
            shown = _form(form)
            raise LayoutError(
                "{entry}: {word!r} is no format of times such as {form!r}", entry=where, word=form, form=shown
            )
    if field.decimal not in MARKS:
        raise LayoutError(
            '{entry}: decimal is {word!r}; "." or "," is needed', entry=where, word=field.decimal
        )


def _form(written: str) -> str:
    """Return the format that `DD.MM.YYYY` means, or an example where it means none.

    >>> _form("DD.MM.YYYY"), _form("day")
    ('%d.%m.%Y', '%d.%m.%Y %H:%M')
    """
    form = written
    for word, directive in WRITTEN.items():
        form = form.replace(word, directive)
    return form if "%" in form and form != written else "%d.%m.%Y %H:%M"


def _constants(where: str, field: Field, column: Column) -> None:
    """Words that a layout gives must be among those that the column allows."""
    said = [*field.map.values(), *([field.value] if field.value is not None else [])]
    said += [field.default] if field.default is not None else []
    for word in said:
        if column.allowed and word not in column.allowed:
            near = meant(word, column.allowed)
            raise LayoutError(
                "{entry}: {word!r} is not allowed in the column; {meant}", entry=where, word=word, meant=near
            )
        if column.name == "currency" and not field.map and word not in list_currencies():
            near = meant(_currency(word), sorted(list_currencies()))
            raise LayoutError(
                "{entry} is {word!r}, no currency code of ISO 4217; {meant}",
                entry=where,
                word=word,
                meant=near,
            )


def _shared(layout: Layout, where: str, field: Field) -> None:
    """A stand-in must be among what the layout's first table is filled with."""
    first = layout.targets[0]
    if field.shared and field.shared not in first.fields:
        near = meant(field.shared, first.fields)
        raise LayoutError(
            "{table} has no column {word!r}; {meant}",
            entry=where,
            word=field.shared,
            table=first.table.name,
            meant=near,
        )


def _conditions(layout: Layout, placed: list[Placed]) -> Iterator[tuple[str, Condition]]:
    others = [field.other for _, field, _ in placed if field.other]
    for where, field, _ in placed:
        # Another way to read a value is taken only in files that have it.
        if not any(field is other for other in others):
            yield where, field.when
    for target in layout.targets:
        yield f"{target.table.name}.only", target.only
        for name, condition in target.exempt.items():
            yield f"{target.table.name}.exempt.{name}", condition


def _asked(layout: Layout, placed: list[Placed], where: str, condition: Condition) -> None:
    """What a condition asks must be in every file of the layout, or be read by the layout anyway."""
    known = [*layout.match, *layout.either, *(name for _, field, _ in placed for name in field.sources)]
    for column in condition:
        if not any(fits(name, normal(column)) or fits(column, normal(name)) for name in known):
            near = meant(column, known)
            raise LayoutError(
                "{entry} asks for the column {word!r}, which is not in 'match'; {meant}",
                entry=where,
                word=column,
                meant=near,
            )
