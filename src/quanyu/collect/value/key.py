"""Identifiers as the warehouse keeps them, `kind:value`: judged, normalised, and hashed where they show a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import unquote

from quanyu.collect.kind import kind_spelled
from quanyu.tables.text.mail import email
from quanyu.tables.text.narrow import narrow
from quanyu.tables.text.phone import country_named, e164, number, pattern
from quanyu.workspace import pseudonym

PERSONAL = ("phone", "email", "name", "address", "id_card")
"""Kinds whose value never appears outside the columns that may hold it: a keyed hash stands for it."""
REFUSED = "!"
"""Stands before what is wrong with an identifier that refuses its row."""
UNKNOWN_KIND, NO_KIND, ROUNDED, FLOATED, GARBLED = "kind:", "none", "digits:", "float:", "letter"
GAP = "\ufffd|锟斤拷|ï¿½"
"""Stands for letters that an earlier program could not read, also where it was itself read in a wrong encoding."""
FLOAT, WHOLE = r"\d{16,}\.0+", 2**53
"""Floating-point numbers are exact below 2^53; one of more, written with `.0`, stands for several whole numbers."""
SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+\d+|[+-]?\d[.,]\d+[eE][+-]?\d+|[1-9][eE][12]\d")
"""How spreadsheets and programs write long numbers: 1.23457E+18, 1,23E+18, 1e+18. `12E5` is a name."""
_DONE = re.compile(r"[0-9a-f]{32}")
_MASKED = re.compile(r"\*|^##|^\$\$|^~")
_HIDDEN = re.compile(r"^[#$~*]|\*")
_MAIL = re.compile(r"[^\s@<>:;,\"']+@[^\s@<>:;,\"']+")
_RUN = re.compile(r"(?<!\d)(?:(?:\+|00)?86|0)?1[3-9]\d{9}(?!\d)")
_SHORT = re.compile(r"[A-Za-z_ .\-]{1,30}|[一-鿿]{1,6}")


def name(text: str, _: str = "") -> str | None:
    """Return a name in small letters without blanks."""
    return re.sub(r"\s", "", text.lower()) or None


def same(text: str, _: str = "") -> str | None:
    """Return the text itself."""
    return text


NORMAL: Mapping[str, Callable[[str, str], str | None]] = {"phone": number, "email": email, "name": name}


def normal_id(text: str) -> str:
    """Return an identifier without the `.0` that a spreadsheet gave a whole number.

    >>> normal_id("1001.0"), normal_id("0042"), normal_id("1.5")
    ('1001', '0042', '1.5')
    """
    return re.sub(r"^(\d+)\.0+$", r"\1", text)


def person_in(text: str, country: str) -> str | None:
    """Return the mail address or telephone number that stands in an identifier of another kind; none where none does.

    >>> person_in("Bo@Example.com", "CN"), person_in("tb+86-138-0000-0000", "CN"), person_in("anna_1024", "CN")
    ('bo@example.com', 'tb+8613800000000', None)
    """
    plain = narrow(unquote(text))
    if _MAIL.search(plain):
        return re.sub(r"\s", "", plain.lower()).removeprefix("mailto:")
    bare = re.sub(r"[\s\-().（）/·]", "", plain)
    if pattern(country).fullmatch(bare.removeprefix("tel:")) or pattern("CN").fullmatch(bare):
        return e164(bare.removeprefix("tel:"), country) or bare
    return bare.lower() if _RUN.search(bare) else None


@lru_cache(maxsize=1 << 16)
def key_of(text: str, kind: str, place: str, secret: str) -> str | None:
    """Return `kind:value`; none where the value is masked, missing or no such identifier.

    `kind` "key" reads cells that say their kind themselves. `place` is the country, `|`, and kinds beside the usual
    ones, parted by commas. What begins with `REFUSED` is wrong with the identifier.

    >>> key_of("Cookie:abc", "key", "CN|", "s"), key_of("lazada:1", "key", "CN|", "s")
    ('cookie:abc', '!kind:lazada')
    """
    country, _, own = place.rpartition("|")
    if kind != "key":
        return _keyed(kind, text, country, secret)
    said, colon, value = text.replace("：", ":").partition(":")
    if not colon:
        return None if _HIDDEN.search(text) else REFUSED + NO_KIND
    known = kind_spelled(said, own.split(",") if own else ())
    if not known:
        return REFUSED + UNKNOWN_KIND + (said if _SHORT.fullmatch(said) else "…")
    value = value.strip()
    if not value or _DONE.fullmatch(value):
        return f"{known}:{value}" if value else None
    return _keyed(known, value, country, secret)


def _keyed(kind: str, text: str, country: str, secret: str) -> str | None:
    if (_MASKED if kind in PERSONAL else _HIDDEN).search(text):
        return None
    if re.search(GAP, text):
        return REFUSED + GARBLED
    if kind in PERSONAL:
        value = NORMAL.get(kind, same)(text, country_named(country) or country)
        return f"{kind}:{pseudonym(secret, kind, value)}" if value else None
    if SCIENTIFIC.fullmatch(text):
        return REFUSED + ROUNDED + text
    if re.fullmatch(FLOAT, text) and float(text) >= WHOLE:
        return REFUSED + FLOATED + text
    person = person_in(text, country_named(country) or country)
    return f"{kind}:{pseudonym(secret, kind, person) if person else normal_id(text)}"
