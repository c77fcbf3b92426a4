"""The names of months and weekdays in the languages of files, as the Unicode locale data (CLDR) have them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi")
WIDTHS = ("wide", "abbreviated")
MORE = {"sept": 9, "mrz": 3, "fevrier": 2, "fevr": 2, "aout": 8, "decembre": 12, "maerz": 3}
"""Spellings that people use beside these."""
MORE_DAYS = ("tues", "weds", "thur", "thurs")


def _said(names: Mapping[str, Mapping[str, Mapping[int, str]]]) -> Iterable[tuple[str, int]]:
    for context in names.values():
        for width in WIDTHS:
            for number, name in context[width].items():
                yield str(name).casefold().rstrip("."), number


@cache
def months() -> Mapping[str, int]:
    """Return the number of a month by its name in small letters; no name means two months in these languages.

    >>> months()["märz"], months()["juil"], months()["dic"]
    (3, 7, 12)
    """
    return dict(each for code in LANGUAGES for each in _said(Locale.parse(code).months)) | MORE


@cache
def pattern() -> re.Pattern[str]:
    """Return what dates with the name of a month look like: groups d, n and y, or d2, n2 and y2."""
    days = {name for code in LANGUAGES for name, _ in _said(Locale.parse(code).days)} | set(MORE_DAYS)
    weekday = rf"(?:(?:{_either(days)})[.,]{{0,2}} (?:den |le )?)?"
    month = _either(months())
    return re.compile(
        rf"{weekday}(?:(?P<n>{month})\.?[ -](?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?,?[ -](?P<y>\d{{4}})"
        rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?[ -]?(?:de )?(?P<n2>{month})\.?,?[ -](?:del? )?(?P<y2>\d{{4}}))",
        re.IGNORECASE,
    )


def _either(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
