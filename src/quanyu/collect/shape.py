"""Turn the declared verbs of a field into expressions over the cells of a file."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir

from quanyu.collect import identifier
from quanyu.collect.clean import Habits, half_masked, unmasked
from quanyu.collect.layout import Condition, Field
from quanyu.collect.recognise import captured, fits
from quanyu.collect.value import QUICK, mapped, matches, reader
from quanyu.tables import Column

AS_KEPT: Mapping[str, Callable[[ir.StringValue], ir.StringValue]] = {
    "phone": lambda text: identifier.phone(unmasked(text)),
    "email": lambda text: identifier.email(unmasked(text)),
    "name": half_masked,
}
NUMERIC = ("money", "price", "number", "integer")
PROVINCE = (
    r"^\s*(北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆|"
    r"四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|台湾|香港|澳门)"
)
"""A Chinese region is kept by its short name, so that 广东 and 广东省 are one."""
_CITY = rf"{PROVINCE}?(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?\s*([^\s省区市]{{2,8}}市)".replace(
    "(北京", "(?:北京"
)
PATTERNS = {"province": PROVINCE, "city": _CITY}
EXACT = "decimal(18, 4)"


@ibis.udf.scalar.builtin(name="to_json")  # type: ignore[untyped-decorator]
def _to_json(value) -> str:  # type: ignore[no-untyped-def]
    """Write a struct as JSON."""
    raise NotImplementedError


@dataclass(frozen=True)
class Page:
    """A file opened: its cells as text columns c0, c1, ..., their names as compared, and its habits."""

    cells: ir.Table
    names: tuple[str, ...]
    habits: Habits
    secret: str
    file: str

    def places(self, name: str) -> list[int]:
        """Return where a declared column is, in the order of the file."""
        return [i for i, cell in enumerate(self.names) if cell and fits(name, cell)]

    def used(self, names: Sequence[str]) -> list[str]:
        """Return the cells that the given columns name."""
        return [f"c{i}" for i in sorted({i for name in names for i in self.places(name)})]


@dataclass(frozen=True)
class Read:
    """A column being read: the text it came from (none for constants and sums), its value, and whether a word
    was looked up in a map.
    """

    text: ir.Value | None
    value: ir.Value
    is_mapped: bool = False


def read_field(field: Field, column: Column, page: Page, rows: ir.Table) -> Read | None:
    """Return how a column is read from the clean cells of `rows`; none if the file has no such column."""
    if field.sum or field.times:
        return _finished(field, column, page, rows, Read(None, _arithmetic(field, page, rows)))
    if field.json:
        return _finished(field, column, page, rows, Read(None, _object(field, page, rows)))
    if quick_kind(field, column, page):
        return _quick(field, column, page, rows)
    text = _text(field, page, rows)
    if text is None:
        if field.default is None:
            return None
        return Read(None, reader(column.kind)(ibis.literal(field.default), page.habits))
    if field.pattern:
        text = text.re_extract(PATTERNS.get(field.pattern, field.pattern), 1).nullif("")
    elif column.name == "region":
        text = _short(text)
    value = mapped(text, field.map) if field.map else text
    if field.id:
        value = identifier.id_key(field.id, value, page.secret)
    elif column.privacy == "personal" and column.kind == "text":
        value = AS_KEPT.get(column.name, unmasked)(value)
    else:
        value = reader(column.kind, field.format)(value, page.habits)
    return _finished(field, column, page, rows, Read(text, value))


def _short(region: ir.StringValue) -> ir.StringValue:
    """Return the short name of a Chinese province, any other region as it is."""
    short = ibis.coalesce(region.re_extract(PROVINCE, 1).nullif(""), region)
    return region.re_search("[省市区]$").ifelse(short, region)


def quick_kind(field: Field, column: Column, page: Page) -> str:
    """Return the kind of quick reading of a column that is one plain cell, "" where it has none."""
    plain = field.columns and not (field.map or field.pattern or field.format or field.id)
    return column.kind if plain and column.kind in QUICK and len(_places(field.columns, page)) == 1 else ""


def quick_name(field: Field, column: Column, page: Page) -> str:
    """Return the name under which the quick reading of a cell waits."""
    return f"quick_c{_places(field.columns, page)[0]}_{column.kind}"


def _quick(field: Field, column: Column, page: Page, rows: ir.Table) -> Read:
    """Take the quick reading; only where that failed the cell was kept, to be cleaned and read with care."""
    fast = rows[quick_name(field, column, page)]
    text = _cell(field.columns, page, rows)
    assert text is not None
    value = ibis.coalesce(fast, reader(column.kind)(text, page.habits))
    return _finished(field, column, page, rows, Read(fast.isnull().ifelse(text, ibis.null("string")), value))


def _places(names: Sequence[str], page: Page) -> list[int]:
    return list(dict.fromkeys(i for name in names for i in page.places(name)))


def _finished(field: Field, column: Column, page: Page, rows: ir.Table, read: Read) -> Read:
    """Apply what comes after reading: factor, least value, condition, default."""
    value = read.value
    if column.kind in NUMERIC and (field.percent or field.scale != 1.0):
        factor = field.scale / (100 if field.percent else 1)
        value = (value.cast("float64") * factor).try_cast(value.type())
    if field.at_least is not None:
        least = ibis.literal(field.at_least).cast(value.type())
        value = (value < least).ifelse(least, value)
    if field.when:
        value = condition(field.when, page, rows).ifelse(value, ibis.null(value.type()))
    if field.default is not None:
        instead = reader(column.kind)(ibis.literal(field.default), page.habits)
        value = ibis.coalesce(value, instead.cast(value.type()))
    return Read(read.text, value, bool(field.map))


def _text(field: Field, page: Page, rows: ir.Table) -> ir.StringValue | None:
    if field.value is not None:
        return ibis.literal(field.value)
    if field.file:
        found = re.search(field.file, page.file)
        return ibis.literal(found.group(1)) if found else None
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


def _arithmetic(field: Field, page: Page, rows: ir.Table) -> ir.Value:
    """Add or multiply columns; in a sum an empty cell is nothing, in a product it makes the product unknown.

    In binary floating point and back: exact to 4 decimals below 1e11, and what is too large cannot stop the load.
    """
    names = field.sum or field.times
    parts = [(_number(name.lstrip("-"), page, rows), name.startswith("-")) for name in names]
    values = [(-part if is_minus else part) for part, is_minus in parts]
    if field.times:
        return reduce(operator.mul, values).try_cast(EXACT)
    known = reduce(operator.or_, (value.notnull() for value in values))
    total = reduce(operator.add, (value.fill_null(0) for value in values))
    return known.ifelse(total, ibis.null("float64")).try_cast(EXACT)


def _number(name: str, page: Page, rows: ir.Table) -> ir.Value:
    cell = _cell((name,), page, rows)
    if cell is None:
        return ibis.null("float64")
    return ibis.coalesce(cell.try_cast("float64"), reader("price")(cell, page.habits).cast("float64"))


def _object(field: Field, page: Page, rows: ir.Table) -> ir.Value:
    cells = {name: cell for name in field.json if (cell := _cell((name,), page, rows)) is not None}
    return _to_json(ibis.struct(cells)).cast("string") if cells else ibis.null("string")


def condition(words: Condition, page: Page, rows: ir.Table) -> ir.BooleanValue:
    """Say for each row whether every named column is one of its words; a column the file lacks is empty."""
    tests = [_matches(name, allowed, page, rows) for name, allowed in words.items()]
    return reduce(operator.and_, tests)


def _matches(name: str, allowed: tuple[str, ...], page: Page, rows: ir.Table) -> ir.BooleanValue:
    cell = _cell((name,), page, rows)
    no = [word[1:] for word in allowed if word.startswith("!")]
    yes = tuple(word for word in allowed if not word.startswith("!")) or ("*", "")
    text = ibis.null("string") if cell is None else cell
    return matches(text, yes) & ~matches(text, tuple(no)) if no else matches(text, yes)
