"""How numbers look: money, large numbers, percentages and days in Chinese (万, 亿) and English (K, M)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from quanyu.text import Language

SYMBOLS = {"CNY": "¥", "GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥", "HKD": "HK$", "BRL": "R$"}
NOTHING = "–"
STEPS: dict[Language, tuple[tuple[float, str], ...]] = {
    "zh": ((1e8, "亿"), (1e4, "万")),
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "K")),
}
Unit = Literal["currency", "ratio", "times", "count", "score", "day"]


def money(amount: float | None, currency: str = "CNY", *, digits: int = 2) -> str:
    """Return an exact amount with its sign and thousands.

    >>> money(-1234.5), money(7, "SEK")
    ('-¥1,234.50', 'SEK 7.00')
    """
    if amount is None:
        return NOTHING
    sign = "-" if round(amount, digits) < 0 else ""
    return f"{sign}{symbol(currency)}{abs(amount):,.{digits}f}"


def short(number: float | None, language: Language = "zh", currency: str = "") -> str:
    """Return a number shortened to three or four digits: 万 and 亿, or K, M and B.

    >>> short(12345678), short(12345678, "en"), short(8911407.9, "en", "GBP"), short(640)
    ('1,235万', '12.35M', '£8.91M', '640')
    """
    if number is None:
        return NOTHING
    size, sign = abs(number), "-" if number < 0 else ""
    divisor, word = next(((step, word) for step, word in STEPS[language] if _reaches(size, step)), (1.0, ""))
    digits = _digits(size / divisor, has_word=bool(word), is_money=bool(currency))
    return f"{sign}{symbol(currency)}{size / divisor:,.{digits}f}{word}"


def percent(ratio: float | None, digits: int = 1) -> str:
    """Return a ratio as a percentage.

    >>> percent(0.6558)
    '65.6%'
    """
    return NOTHING if ratio is None else f"{ratio * 100:.{digits}f}%"


def sure(probability: float | None) -> str:
    """Return a probability as a percentage that never claims to be certain.

    >>> sure(0.9991), sure(0.96), sure(0.001), sure(None)
    ('>99%', '96%', '<1%', '–')
    """
    if probability is None or 0.005 <= probability <= 0.995:
        return percent(probability, 0)
    return ">99%" if probability > 0.5 else "<1%"


def change(ratio: float | None) -> str:
    """Return a relative change with its sign.

    >>> change(0.1234), change(-0.05), change(None)
    ('+12.3%', '-5.0%', '–')
    """
    if ratio is None:
        return NOTHING
    if abs(ratio) < 0.0005:
        return "0.0%"
    return f"{ratio * 100:+.1f}%" if abs(ratio) < 10 else f"{ratio * 100:+,.0f}%"


def figure(value: float | None, unit: Unit, language: Language = "zh", currency: str = "CNY") -> str:
    """Return a metric's value as its unit is written on a card.

    >>> figure(674.485, "currency"), figure(0.0716, "ratio"), figure(3.256, "times"), figure(18532, "count")
    ('¥674.49', '7.16%', '3.26', '1.85万')
    """
    if value is None:
        return NOTHING
    if unit == "currency":
        return short(value, language, currency)
    if unit == "count":
        return short(value, language)
    return percent(value, 2 if abs(value) < 0.1 else 1) if unit == "ratio" else f"{value:,.2f}"


def exact(value: float | None, unit: Unit, currency: str = "CNY") -> str:
    """Return a metric's value in full, as tables show it.

    >>> exact(12345678, "currency"), exact(18532, "count")
    ('¥12,345,678.00', '18,532')
    """
    if value is None:
        return NOTHING
    written = {"currency": lambda: money(value, currency), "count": lambda: f"{value:,.0f}"}
    written |= {"ratio": lambda: percent(value, 2), "day": lambda: f"{value:,.0f}"}
    return written.get(unit, lambda: f"{value:,.2f}")()


def day(on: dt.date, language: Language = "zh", *, has_year: bool = True) -> str:
    """Return a day as people write it.

    >>> day(dt.date(2026, 11, 9)), day(dt.date(2026, 11, 9), "en"), day(dt.date(2026, 11, 9), has_year=False)
    ('2026年11月9日', '9 Nov 2026', '11月9日')
    """
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日" if has_year else f"{on.month}月{on.day}日"
    return f"{on.day} {on:%b %Y}" if has_year else f"{on.day} {on:%b}"


def month(on: dt.date, language: Language = "zh") -> str:
    """Return a month as axes show it.

    >>> month(dt.date(2026, 11, 1)), month(dt.date(2026, 11, 1), "en")
    ('2026年11月', 'Nov 2026')
    """
    return f"{on.year}年{on.month}月" if language == "zh" else f"{on:%b %Y}"


def symbol(currency: str) -> str:
    """Return what stands before an amount of a currency.

    >>> symbol("GBP"), symbol("SEK"), symbol("")
    ('£', 'SEK ', '')
    """
    return SYMBOLS.get(currency, f"{currency} ") if currency else ""


def _reaches(size: float, step: float) -> bool:
    """Say whether a number is written in this step; thousands keep their digits below ten thousand."""
    return size >= (10 * step if step == 1e3 else step)


def _digits(shown: float, *, has_word: bool, is_money: bool) -> int:
    if not has_word:
        return 2 if is_money else 0 if shown == int(shown) or shown >= 100 else 1
    return 0 if shown >= 1000 else 1 if shown >= 100 else 2
