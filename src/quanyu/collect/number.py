"""Read figures as people and programs write them: what is certain is read, the rest is null, as expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import ibis
import ibis.expr.types as ir
from babel.numbers import list_currencies

Decimal = Literal[".", ",", ""]
"""The decimal mark of a column; "" where its cells do not tell."""

WIDE = "０１２３４５６７８９．，－＋％（）＄￥￡＇\xa0\u202f\u2009\u2007\u2003\u3000\t−–‐‑’‘´ʼ"
NARROW = "0123456789.,-+%()$¥£'       ----''''"
FREE = ("免费", "免費", "包邮", "free")
TIMES: Mapping[str, int] = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
DOLLARS = ("US", "U.S.", "HK", "NT", "TW", "A", "AU", "C", "CA", "S", "SG", "R", "NZ", "MX")
WORDS = ("人民币", "元", "圆", "圓", "円", "원", "RMB", "RM", "Rp", "Fr", "kr", "zł", "Kč", "Ft", "lei", "руб")
UNITS = "件|笔|个|单|次|张"


def _either(words: tuple[str, ...]) -> str:
    return "|".join(word.replace(".", r"\.") for word in sorted(words, key=len, reverse=True))


MONEY_SIGN = (
    rf"(?:(?:{_either(DOLLARS)})?\p{{Sc}}|(?i:{_either(WORDS)})\.?|(?i:{'|'.join(sorted(list_currencies()))}))"
)
"""A currency written beside a figure: a sign, a dollar of a country, a word, or an ISO 4217 code."""
FIGURE = (
    rf"^(\(?) ?([-+]?) ?{MONEY_SIGN}? ?([-+]?) ?([0-9.,](?:[0-9., ']*[0-9.,])?) ?([万萬亿億]?) ?{MONEY_SIGN}? ?{MONEY_SIGN}?"
    rf" ?(?:{UNITS})? ?([-%]?) ?(\)?)$"
)
EXPONENT = r"^[-+]?\d+(?:\.(\d+))?[eE]([-+]?\d{1,3})$"

_GROUPS = r"[1-9]\d{0,2}"
POINT = (
    r"\d*\.(?:\d{1,2}|\d{4,})|(?:0\d*|[1-9]\d{3,})?\.\d{3}|\d+\.",
    rf"{_GROUPS}(?:,\d{{3}})+\.\d*|{_GROUPS}(?:,\d{{3}}){{2,}}|[1-9]\d?(?:,\d{{2}})+,\d{{3}}(?:\.\d+)?",
    rf"{_GROUPS}(?:[ ']\d{{3}})+\.\d+",
)
"""Bodies that can only have a decimal point: 12.5, 0.345, 1,234.56, 1,234,567, 1,23,456.00, 1'234.50."""
COMMA = (
    r"\d*,(?:\d{1,2}|\d{5,})|(?:0\d*|[1-9]\d{3,})?,\d{3}",
    rf"{_GROUPS}(?:\.\d{{3}})+,\d+|{_GROUPS}(?:\.\d{{3}}){{2,}}",
    rf"{_GROUPS}(?:[ ']\d{{3}})+,\d+",
)
"""Bodies that can only have a decimal comma: 12,5, 0,345, 1.234,56, 1.234.567, 1 234,56."""
WHOLE = (r"\d+", rf"{_GROUPS}(?:[ ']\d{{3}})+")
EITHER = rf"{_GROUPS}[.,]\d{{3}}"
"""1,234 and 1.234 may be a thousand or a fraction: only the style of their column tells."""
ONLY_IF_COMMA = r"\d+,\d{4}"
"""1,2345 may be grouped by ten thousands."""

_FORMS: Mapping[Decimal, tuple[tuple[str, ...], tuple[str, ...]]] = {
    ".": ((*POINT, *WHOLE, EITHER), COMMA),
    ",": ((*POINT, *WHOLE), (*COMMA, EITHER, ONLY_IF_COMMA)),
    "": ((*POINT, *WHOLE), COMMA),
}
"""By decimal mark of the column: bodies that are read with a point and those that are read with a comma."""


def _one_of(forms: tuple[str, ...]) -> str:
    return f"^(?:{'|'.join(forms)})$"


def narrow(text: ir.StringValue) -> ir.StringValue:
    """Return the text with letters of full width, blanks, dashes and apostrophes of all sorts as the usual ones."""
    return text.translate(WIDE, NARROW).strip()


def _part(text: ir.StringValue, number: int) -> ir.StringValue:
    return text.re_extract(FIGURE, number)


def body(text: ir.StringValue) -> ir.StringValue:
    """Return the digits and marks of a figure without sign, currency and unit, "" where it is none."""
    return _part(narrow(text), 4)


def tells_point(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether a figure can only have been written with a decimal point."""
    return body(text).re_search(_one_of(POINT))


def tells_comma(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether a figure can only have been written with a decimal comma."""
    return body(text).re_search(_one_of(COMMA))


def is_ambiguous(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether a figure could mean two numbers."""
    return body(text).re_search(_one_of((EITHER, ONLY_IF_COMMA)))


def is_scientific(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether a figure is written with a power of ten, so that digits may be lost."""
    return narrow(text).re_search(r"^[-+]?\d+(?:[.,]\d+)?[eE][-+]?\d+$")


def canonical(text: ir.StringValue, mark: Decimal, *, percent: bool = False) -> ir.StringValue:
    """Return a figure as digits with a decimal point; null where it is not certain which number is meant.

    `mark` is the decimal mark of its column. With `percent` a percent sign may stand behind it.
    """
    plain = narrow(text)
    plain = plain.lower().isin(FREE).ifelse(ibis.literal("0"), plain)
    marks = _part(plain, 4)
    with_point, with_comma = _FORMS[mark]
    digits = ibis.cases(
        (marks.re_search(_one_of(with_comma)), marks.re_replace("[. ']", "").replace(",", ".")),
        (marks.re_search(_one_of(with_point)), marks.re_replace("[, ']", "")),
        else_=ibis.null("string"),
    )
    opened, end, closed = _part(plain, 1), _part(plain, 6), _part(plain, 7)
    signs = opened + _part(plain, 2) + _part(plain, 3) + end.replace("%", "") + closed
    minus = signs.isin(("-", "()"))
    fits = (minus | signs.isin(("", "+"))) & (ibis.literal(percent) | (end != "%"))
    found = ibis.ifelse(minus, ibis.literal("-"), ibis.literal("")) + digits
    return ibis.coalesce(fits.ifelse(_multiplied(found, _part(plain, 5)), ibis.null("string")), _shown(plain))


def _multiplied(digits: ir.StringValue, word: ir.StringValue) -> ir.StringValue:
    many = [
        (word == name, (digits.try_cast("decimal(18, 4)") * factor).cast("string"))
        for name, factor in TIMES.items()
    ]
    return ibis.cases((word == "", digits), *many, else_=ibis.null("string"))


def _shown(text: ir.StringValue) -> ir.StringValue:
    """Return a figure with a power of ten that shows all its digits, or is a fraction: 1.25e2, 5.5e-17."""
    decimals = text.re_extract(EXPONENT, 1).length()
    power = text.re_extract(EXPONENT, 2).try_cast("int64")
    return (power <= decimals).ifelse(text.try_cast("float64").cast("decimal(38, 10)").cast("string"), ibis.null("string"))


def quick(kind: str) -> Callable[[ir.StringValue], ir.Value]:
    """Return a reader of figures as they usually stand, of an Ibis type; anything else is null and read with care."""

    def read(raw: ir.StringValue) -> ir.Value:
        odd = raw.ilike("%e%") | raw.contains("_")
        return odd.ifelse(ibis.null(kind), raw.try_cast(kind))

    return read
