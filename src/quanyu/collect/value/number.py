"""Read figures as people and programs write them: what is certain is read, the rest is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from quanyu.collect.manner import Decimal
from quanyu.collect.value.sign import MONEY_SIGN, fits
from quanyu.tables.text.narrow import narrow

FREE = ("免费", "免費", "包邮", "free")
MANY: Mapping[str, int] = {
    "": 0, "千": 3, "k": 3, "K": 3, "万": 4, "萬": 4, "w": 4, "W": 4, "百万": 6, "M": 6, "亿": 8, "億": 8,
}  # fmt: skip
"""Places by which words and letters move the decimal point; `m` may be a thousandth."""
UNITS = "件|笔|个|单|次|张"
FIGURE = re.compile(
    rf"(\(?) ?([-+]?) ?{MONEY_SIGN}? ?([-+]?) ?([0-9.,](?:[0-9., ']*[0-9.,])?) ?(百?[万萬]|[千亿億kwM]?) ?{MONEY_SIGN}? ?{MONEY_SIGN}?"
    rf" ?(?:{UNITS})? ?([-%]?) ?(\)?)",
    re.IGNORECASE,
)
"""Sign, body, ten thousands, percent or sign, with currency and unit around."""
NO_CENTS = re.compile(r"(?<=\d)[.,]-{1,2}(?!\d)")
"""A dash in the place of cents, as in 12.- and 12,-- €."""
SCIENTIFIC = re.compile(r"[-+]?\d+(?:[.,](\d+))?[eE]([-+]?\d{1,3})")

GROUPS = r"[1-9]\d{0,2}"
POINT = (
    r"\d*\.(?:\d{1,2}|\d{4,})|(?:0\d*|[1-9]\d{3,})?\.\d{3}|\d+\.",
    rf"{GROUPS}(?:,\d{{3}})+\.\d*|{GROUPS}(?:,\d{{3}}){{2,}}|[1-9]\d?(?:,\d{{2}})+,\d{{3}}(?:\.\d+)?",
    rf"{GROUPS}(?:[ ']\d{{3}})+\.\d+",
)
"""Bodies that can only have a decimal point: 12.5, 0.345, 1,234.56, 1,234,567, 1,23,456.00, 1'234.50."""
COMMA = (
    r"\d*,(?:\d{1,2}|\d{5,})|(?:0\d*|[1-9]\d{3,})?,\d{3}",
    rf"{GROUPS}(?:\.\d{{3}})+,\d+|{GROUPS}(?:\.\d{{3}}){{2,}}",
    rf"{GROUPS}(?:[ ']\d{{3}})+,\d+",
)
"""Bodies that can only have a decimal comma: 12,5, 0,345, 1.234,56, 1.234.567, 1 234,56."""
WHOLE = (r"\d+", rf"{GROUPS}(?:[ ']\d{{3}})+")
EITHER = rf"{GROUPS}[.,]\d{{3}}"
"""1,234 and 1.234 may be a thousand or a fraction: only the style of their column tells."""
ONLY_IF_COMMA = r"\d+,\d{4}"
"""1,2345 may be grouped by ten thousands."""


def _one_of(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(forms))


_SURE_POINT, _SURE_COMMA, _UNSURE = _one_of(*POINT), _one_of(*COMMA), _one_of(EITHER, ONLY_IF_COMMA)
_WITH_POINT: Mapping[str, re.Pattern[str]] = {
    ".": _one_of(*POINT, *WHOLE, EITHER), ",": _one_of(*POINT, *WHOLE), "": _one_of(*POINT, *WHOLE),
}  # fmt: skip
_WITH_COMMA: Mapping[str, re.Pattern[str]] = {
    ".": _SURE_COMMA, ",": _one_of(*COMMA, EITHER, ONLY_IF_COMMA), "": _SURE_COMMA,
}  # fmt: skip
"""By decimal mark of the column: bodies that are read with a point and those that are read with a comma."""
_NO_POINT, _NO_COMMA = str.maketrans("", "", ". '"), str.maketrans("", "", ", '")


def _body(text: str) -> str:
    match = FIGURE.fullmatch(_plain(text))
    return match.group(4) if match else ""


def _plain(text: str) -> str:
    return NO_CENTS.sub("", narrow(text))


@lru_cache(maxsize=1 << 16)
def figure(
    text: str, mark: Decimal = ".", *, percent: bool = False, rough: bool = False, currency: str = ""
) -> str | None:
    """Return a figure as digits with a decimal point; none where it is not certain which number is meant.

    `mark` is the decimal mark of its column. With `percent` a percent sign may stand behind it; with `rough` it may be
    rounded to the digits shown (1e5). Where its `currency` is known, a sign of another one makes it none.

    >>> figure("1.234,56 €"), figure("(¥1,234)"), figure("1.2万"), figure("NT$1,234", "")
    ('1234.56', '-1234', '12000', None)
    """
    plain = _plain(text)
    if plain.lower() in FREE:
        return "0"
    match = FIGURE.fullmatch(plain)
    if not match:
        return _scientific(plain, rough=rough)
    if currency and not fits(plain, currency):
        return None
    opened, before, inner, body, many, end, closed = match.groups()
    digits = _digits(body, mark)
    signs = opened + before + inner + end.replace("%", "") + closed
    if (
        digits is None
        or many not in MANY
        or signs not in ("", "+", "-", "()")
        or (end == "%" and not percent)
    ):
        return None
    return ("-" if signs in ("-", "()") else "") + _moved(digits, MANY[many])


def _digits(body: str, mark: Decimal) -> str | None:
    if _WITH_COMMA[mark].fullmatch(body):
        return body.translate(_NO_POINT).replace(",", ".")
    return body.translate(_NO_COMMA) if _WITH_POINT[mark].fullmatch(body) else None


def _moved(digits: str, places: int) -> str:
    """Move the decimal point to the right."""
    if not places:
        return digits
    whole, _, fraction = digits.partition(".")
    padded = fraction.ljust(places, "0")
    return f"{whole}{padded[:places]}.{padded[places:]}".rstrip(".")


def _scientific(text: str, *, rough: bool) -> str | None:
    """Return a figure with a power of ten that shows all its digits, or is a small fraction: 1.25e2, 5.5e-17."""
    match = SCIENTIFIC.fullmatch(text)
    if not match or "," in text or (int(match.group(2)) > len(match.group(1) or "") and not rough):
        return None
    return f"{float(text):.10f}"


@lru_cache(maxsize=1 << 16)
def mark_told(text: str) -> Decimal:
    """Return the decimal mark with which a figure must have been written, "" where it does not tell.

    >>> mark_told("1.234,56"), mark_told("1,234,567"), mark_told("1,234"), mark_told("12")
    (',', '.', '', '')
    """
    body = _body(text)
    return "." if _SURE_POINT.fullmatch(body) else "," if _SURE_COMMA.fullmatch(body) else ""


def is_ambiguous(text: str) -> bool:
    """Say whether a figure could mean two numbers."""
    return bool(_UNSURE.fullmatch(_body(text)))


def is_foreign(text: str, currency: str) -> bool:
    """Say whether a figure has the sign of another currency."""
    plain = _plain(text)
    return bool(FIGURE.fullmatch(plain)) and not fits(plain, currency)


def is_scientific(text: str) -> bool:
    """Say whether a figure is written with a power of ten, so that digits may be lost.

    >>> is_scientific("1.23457E+18"), is_scientific("12.5")
    (True, False)
    """
    return bool(SCIENTIFIC.fullmatch(narrow(text)))
