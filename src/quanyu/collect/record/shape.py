"""Turn the declared verbs of a field into expressions over the cells of a file."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.collect.header import captured, fits
from quanyu.collect.layout import Field
from quanyu.collect.manner import USUAL, Manner, Order, Styles
from quanyu.collect.value import cleaning, identifier, reader, word
from quanyu.tables import Column
from quanyu.tables.contract import Kind
from quanyu.tables.text.phone import EXTENSION
from quanyu.text import Text


def _without_extension(number: ir.StringValue) -> ir.StringValue:
    """Return a telephone number that a message reaches: one with an extension is shared."""
    return number.contains(EXTENSION).ifelse(ibis.null("string"), number)


AS_KEPT: Mapping[str, Callable[[ir.StringValue, identifier.Place], ir.StringValue]] = {
    "phone": lambda text, place: _without_extension(identifier.phone(cleaning.unmasked(text), place)),
    "email": lambda text, _: identifier.email(cleaning.unmasked(text)),
    "name": lambda text, _: cleaning.half_masked(text),
}
PROVINCE = (
    r"^\s*(北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆|"
    r"四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|台湾|香港|澳门)"
)
"""A Chinese region is kept by its short name, so that 广东 and 广东省 are one."""
_CITY = rf"{PROVINCE}?(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?\s*([^\s省区市]{{2,8}}市)".replace(
    "(北京", "(?:北京"
)
PATTERNS = {"province": PROVINCE, "city": _CITY}
WORDS: Mapping[Kind, Text] = {
    "integer": "a whole number", "number": "a number", "money": "money", "price": "a price", "flag": "yes or no",
    "day": "a day", "time": "a time", "currency": "a currency such as CNY",
}  # fmt: skip


@ibis.udf.scalar.builtin(name="to_json")  # type: ignore[untyped-decorator]
def _to_json(value) -> str:  # type: ignore[no-untyped-def]
    """Write a struct as JSON."""
    raise NotImplementedError


@dataclass(frozen=True)
class Page:
    """A file opened: its cells as text columns c0, c1, ..., their names as compared, its habits, how its columns are
    written, and the currency of its money, of each row where rows say it.
    """

    cells: ir.Table
    names: tuple[str, ...]
    habits: cleaning.Habits
    file: str
    country: str = ""
    kinds: tuple[str, ...] = ()
    styles: Styles = USUAL
    currency: ir.StringValue | str = ""

    def places(self, name: str) -> list[int]:
        """Return where a declared column is, in the order of the file."""
        return [i for i, cell in enumerate(self.names) if cell and fits(name, cell)]

    def used(self, names: Sequence[str]) -> list[str]:
        """Return the cells that the given columns name."""
        return [f"c{i}" for i in sorted({i for name in names for i in self.places(name)})]

    def manner(self, field: Field, names: Sequence[str]) -> Manner:
        """Return how the named columns are written: as the field states it, else as their cells tell."""
        cells = self.used(names)
        mark = field.decimal or self.styles.mark_of(cells)
        order = stated_order(field.format) or self.styles.order_of(cells)
        return Manner(
            zone=self.habits.zone,
            mark=mark,
            is_percent=field.percent,
            order=order,
            formats=field.format,
            currency=self.currency,
            date_system=self.habits.date_system,
        )


@dataclass(frozen=True)
class Read:
    """A column being read: its value, the text that could not be read (null where all is well), and whether a word
    was looked up in a map.
    """

    value: ir.Value
    unread: ir.StringValue | None = None
    is_mapped: bool = False


NUMBERS = ("member_no", "order_name")
"""Identifiers whose name does not say so."""


def is_id(column: Column) -> bool:
    """Say whether a column holds numbers of orders, items and the like, of which no digit may be lost."""
    return column.kind == "text" and (column.name.endswith("_id") or column.name in NUMBERS)


def read_field(
    field: Field, column: Column, page: Page, rows: ir.Table, land: Field | None = None
) -> Read | None:
    """Return how a column is read from the clean cells of `rows`; none if the file has no such column.

    `land` is where a row says the country of its telephone numbers. What a condition asks must be there, too.
    """
    is_asked = all(page.places(name) for name in field.when)
    read = _read_field(field, column, page, rows, land) if is_asked else None
    other = read_field(field.other, column, page, rows, land) if field.other else None
    return _either(read, other) if read and other else read or other


def _either(first: Read, other: Read) -> Read:
    """Read the other way where the first finds nothing that could be read or not."""
    is_silent = first.value.isnull() if first.unread is None else first.value.isnull() & first.unread.isnull()
    value = is_silent.ifelse(other.value.cast(first.value.type()), first.value)
    rest = None if other.unread is None else is_silent.ifelse(other.unread, ibis.null("string"))
    unread = [text for text in (first.unread, rest) if text is not None]
    return Read(value, ibis.coalesce(*unread) if unread else None, first.is_mapped or other.is_mapped)


def _read_field(field: Field, column: Column, page: Page, rows: ir.Table, land: Field | None) -> Read | None:
    if field.parts and (result := calculated(field, page, rows)):
        return _finished(field, column, page, rows, result)
    if field.json:
        return _finished(field, column, page, rows, Read(_object(field, page, rows)))
    if quick_kind(field, column, page):
        return _quick(field, column, page, rows)
    text = _text(field, page, rows)
    if text is not None:
        place = identifier.Place(page.country, page.kinds, _text(land, page, rows) if land else None)
        return _finished(field, column, page, rows, _read(field, column, page, text, place))
    if field.default is None or (field.sources and column.kind in reader.FIGURES):
        return None
    return Read(reader.CAREFUL[column.kind](ibis.literal(field.default), Manner(page.habits.zone)))


def _read(field: Field, column: Column, page: Page, text: ir.StringValue, place: identifier.Place) -> Read:
    """Read a text as what its column is."""
    if field.pattern:
        text = text.re_extract(PATTERNS.get(field.pattern, field.pattern), 1).nullif("")
    elif column.name == "region":
        text = _short(text)
    value = word.mapped(text, field.map) if field.map else text
    if field.id:
        key = identifier.id_key(field.id, value, place)
        wrong = identifier.fault(key)
        return Read(wrong.isnull().ifelse(key, ibis.null("string")), wrong)
    if is_id(column):
        value = identifier.exact(value, is_rounded=column.name in page.styles.rounded)
    elif column.privacy == "personal" and column.kind == "text":
        value = AS_KEPT[column.name](value, place) if column.name in AS_KEPT else cleaning.unmasked(value)
    else:
        value = reader.CAREFUL[column.kind](value, page.manner(field, field.sources))
    judged = field.value is None and (bool(field.map) or column.kind in WORDS or is_id(column))
    unread = (text.notnull() & value.isnull()).ifelse(text, ibis.null("string")) if judged else None
    return Read(value, unread)


def _short(region: ir.StringValue) -> ir.StringValue:
    """Return the short name of a Chinese province, any other region as it is."""
    short = ibis.coalesce(region.re_extract(PROVINCE, 1).nullif(""), region)
    return region.re_search("[省市区]$").ifelse(short, region)


def quick_kind(field: Field, column: Column, page: Page) -> str:
    """Return the kind of quick reading of a column that is one plain cell, "" where it has none."""
    plain = field.columns and not (field.map or field.pattern or field.format or field.id or field.percent)
    if not plain or column.kind not in reader.QUICK or len(_places(field.columns, page)) != 1:
        return ""
    is_usual = column.kind not in reader.FIGURES or page.manner(field, field.columns).mark == "."
    return column.kind if is_usual else ""


def quick_name(field: Field, column: Column, page: Page) -> str:
    """Return the name under which the quick reading of a cell waits."""
    return f"quick_c{_places(field.columns, page)[0]}_{column.kind}"


def _quick(field: Field, column: Column, page: Page, rows: ir.Table) -> Read:
    """Take the quick reading; only where that failed the cell was kept, to be cleaned and read with care."""
    fast = rows[quick_name(field, column, page)]
    text = _cell(field.columns, page, rows)
    assert text is not None
    slow = fast.isnull().ifelse(text, ibis.null("string"))
    value = ibis.coalesce(fast, reader.CAREFUL[column.kind](slow, page.manner(field, field.columns)))
    unread = (slow.notnull() & value.isnull()).ifelse(slow, ibis.null("string"))
    return _finished(field, column, page, rows, Read(value, unread))


def _places(names: Sequence[str], page: Page) -> list[int]:
    return list(dict.fromkeys(i for name in names for i in page.places(name)))


def _finished(field: Field, column: Column, page: Page, rows: ir.Table, read: Read) -> Read:
    """Apply what comes after reading: factor, least value, condition, default."""
    value, unread = read.value, read.unread
    if column.kind in reader.FIGURES and (field.percent or field.scale != 1.0):
        factor = field.scale / (100 if field.percent else 1)
        value = (value.cast("float64") * factor).try_cast(value.type())
    if field.at_least is not None:
        least = ibis.literal(field.at_least).cast(value.type())
        value = (value < least).ifelse(least, value)
    if field.when:
        is_meant = condition(field.when, page, rows)
        value = is_meant.ifelse(value, ibis.null(value.type()))
        unread = None if unread is None else is_meant.ifelse(unread, ibis.null("string"))
    if field.default is not None:
        instead = reader.CAREFUL[column.kind](ibis.literal(field.default), Manner(page.habits.zone))
        value = ibis.coalesce(value, instead.cast(value.type()))
    return Read(value, unread, bool(field.map))


def stated_order(formats: Sequence[str]) -> Order:
    """Return what stands first in dates of formats that a layout states, "" where they do not say.

    >>> stated_order(("%d/%m/%Y %H:%M",)), stated_order(("%Y%m%d",))
    ('day', '')
    """
    bare = [form.replace("%-", "%") for form in formats]
    first: list[Order] = [
        "day" if form.find("%d") < form.find("%m") else "month"
        for form in bare
        if "%d" in form and "%m" in form and form.find("%Y") > form.find("%d")
    ]
    return first[0] if len(set(first)) == 1 else ""


def _text(field: Field, page: Page, rows: ir.Table) -> ir.StringValue | None:
    if field.value is not None:
        return ibis.literal(field.value)
    if field.file:
        match = re.search(field.file, page.file)
        return ibis.literal(match.group(1)) if match else None
    if field.header:
        told = [captured(field.header, page.names[i]) for i in page.places(field.header)]
        return ibis.literal(told[0].upper()) if told else None
    if field.join:
        parts = [cell for name in field.join if (cell := _cell((name,), page, rows)) is not None]
        return ibis.literal(" ").join(parts).nullif("") if parts else None
    return _cell(field.columns, page, rows)


def _cell(names: Sequence[str], page: Page, rows: ir.Table) -> ir.StringValue | None:
    places = _places(names, page)
    cells = [rows[f"c{i}"] for i in places]
    return ibis.coalesce(*cells) if len(cells) > 1 else cells[0] if cells else None


def calculated(field: Field, page: Page, rows: ir.Table) -> Read | None:
    """Add, multiply or divide columns: an empty cell of a sum is nothing, elsewhere it makes the result unknown.

    None if the file has none of the columns. In binary floating point and back: exact to 4 decimals below 1e11, and
    what is too large cannot stop the load.
    """
    names = [name for name in (field.sum or field.parts) if page.places(name.lstrip("-"))]
    if not names or (len(names) < len(field.parts) and not field.sum):
        return None
    parts = [_number(field, name, page, rows) for name in names]
    unread = ibis.coalesce(*[part.unread for part in parts])
    values = [
        -part.value if name.startswith("-") else part.value for name, part in zip(names, parts, strict=True)
    ]
    if field.times:
        result = reduce(operator.mul, values)
    elif field.divide:
        result = reduce(lambda ratio, other: ratio / other.nullif(0), values)
    else:
        known = reduce(operator.or_, (value.notnull() for value in values))
        total = reduce(operator.add, (value.fill_null(0) for value in values))
        result = known.ifelse(total, ibis.null("float64"))
    return Read(unread.isnull().ifelse(result, ibis.null("float64")).try_cast(reader.EXACT), unread)


def _number(field: Field, name: str, page: Page, rows: ir.Table) -> Read:
    cell = _cell((name.lstrip("-"),), page, rows)
    assert cell is not None
    manner = page.manner(field, (name.lstrip("-"),))
    careful = reader.CAREFUL["price"](cell, manner)
    value = ibis.coalesce(reader.QUICK["price"](cell, manner), careful) if manner.mark == "." else careful
    unread = (cell.notnull() & value.isnull()).ifelse(cell, ibis.null("string"))
    return Read(value.cast("float64"), unread)


def _object(field: Field, page: Page, rows: ir.Table) -> ir.Value:
    cells = {name: cell for name in field.json if (cell := _cell((name,), page, rows)) is not None}
    return _to_json(ibis.struct(cells)).cast("string") if cells else ibis.null("string")


def condition(words: Mapping[str, tuple[str, ...]], page: Page, rows: ir.Table) -> ir.BooleanValue:
    """Say for each row whether every named column is one of its words; a column the file lacks is empty."""
    tests = [_matches(name, allowed, page, rows) for name, allowed in words.items()]
    return reduce(operator.and_, tests)


def _matches(name: str, allowed: tuple[str, ...], page: Page, rows: ir.Table) -> ir.BooleanValue:
    cell = _cell((name,), page, rows)
    no = [said[1:] for said in allowed if said.startswith("!")]
    yes = tuple(said for said in allowed if not said.startswith("!")) or ("*", "")
    text = ibis.null("string") if cell is None else cell
    return word.matches(text, yes) & ~word.matches(text, tuple(no)) if no else word.matches(text, yes)
