"""What was probably meant where a name is not known: the nearest of those there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from quanyu.text import Sentence


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant, "" where none is near; capitals do not matter.

    >>> nearest("emial", ("phone", "email")), nearest("Berlin", ("Europe/Berlin", "UTC")), nearest("x", ("phone",))
    ('email', 'Europe/Berlin', '')
    """
    by_form: dict[str, str] = {}
    for word in known:
        by_form.setdefault(word.casefold(), word)
        by_form.setdefault(word.casefold().rpartition("/")[2].replace("_", " "), word)
    matches = difflib.get_close_matches(name.casefold(), by_form, 1, 0.6)
    return by_form[matches[0]] if matches else ""


def closest(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Return the `n` known names most like one that is not known, the nearest first; fewer where fewer are near.

    >>> closest("frequncy", ("frequency", "recency_days", "Frequency", "region")), closest("x", ("phone",))
    (['frequency'], [])
    """
    by_form: dict[str, str] = {}
    for word in known:
        by_form.setdefault(word.casefold(), word)
    return [by_form[form] for form in difflib.get_close_matches(name.casefold(), by_form, n, 0.6)]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the question whether the nearest known name was meant; nothing where none is near.

    >>> did_you_mean("frequncy", ["frequency", "recency_days"])
    "Did you mean 'frequency'?"
    """
    near = nearest(name, known)
    return Sentence("Did you mean {near!r}?", near=near) if near else ""
