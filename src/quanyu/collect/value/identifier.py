"""Identifiers as expressions: quick where they stand as usual, with care (`key.key_of`) where they do not."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.collect.kind import KINDS
from quanyu.collect.reason import (
    BREAK,
    DIGITS_LOST,
    FLOAT_LOST,
    KIND_MISSING,
    KIND_UNKNOWN,
    LETTER_LOST,
    because,
)
from quanyu.collect.value.careful import email_of, key_of, phone_of
from quanyu.collect.value.cleaning import unmasked
from quanyu.collect.value.key import (
    FLOAT,
    FLOATED,
    GAP,
    GARBLED,
    NO_KIND,
    PERSONAL,
    REFUSED,
    ROUNDED,
    UNKNOWN_KIND,
    WHOLE,
)
from quanyu.tables.text.phone import CHINESE_MOBILE
from quanyu.warehouse.reader import variable

USUAL_MAIL = r"^[a-z0-9._+\-]+@[a-z0-9.\-]+\.[a-z0-9\-]+$"
ODD = r"[^0-9A-Za-z_\-一-鿿]|^[1-9][eE][12]\d$|锟斤拷"
"""What calls for a careful look at an identifier: marks, blanks, letters of full width, lost digits."""
PHONE_LIKE = rf"{CHINESE_MOBILE}|^0"
# The name of a kind, no secret.
SECRET = "_secret"  # nosec B105
"""The variable of the engine that holds the key of hashes, so that it stands in no statement."""
DIGITS = r"\d{7}"
LONG, ZEROS = r"^\d{16,}$", r"^\d{15}0+$"
"""Spreadsheets keep 15 digits of a number and write zeros for the rest."""


@dataclass(frozen=True)
class Place:
    """Where identifiers are read: the country of telephone numbers, and kinds beside the usual ones."""

    country: str
    kinds: tuple[str, ...] = ()
    row_country: ir.StringValue | None = None

    @property
    def told(self) -> ir.StringValue:
        """The country and the kinds as one text, by row where a row says its country."""
        rest = ibis.literal("|" + ",".join(self.kinds))
        here = ibis.literal(self.country)
        return (here if self.row_country is None else self.row_country.fill_null(here)) + rest

    @property
    def is_chinese(self) -> bool:
        """All telephone numbers that do not say their country are Chinese."""
        return self.country == "CN" and self.row_country is None


@ibis.udf.scalar.builtin(name="sha256")  # type: ignore[untyped-decorator]
def _sha256(text: str) -> str:
    raise NotImplementedError


def pseudonym(kind: str, value: ir.StringValue) -> ir.StringValue:
    """Return the expression of `quanyu.workspace.pseudonym`: the same 32 hexadecimal digits."""
    secret = variable(SECRET, "string")
    return _sha256(secret + _sha256(secret + ibis.literal(f"{kind}:") + value)).substr(0, 32)


def phone(text: ir.StringValue, place: Place) -> ir.StringValue:
    """Return a telephone number in E.164, an extension behind it, read in the country of its place; null for what is none."""
    usual = text.re_search(f"^{CHINESE_MOBILE}$") if place.is_chinese else ibis.literal(False)
    return ibis.cases((usual, ibis.literal("+86") + text), else_=phone_of(text, place.told))


def email(text: ir.StringValue) -> ir.StringValue:
    """Return a mail address in small letters without blanks; null for what is none."""
    return text.re_search(USUAL_MAIL).ifelse(text, email_of(text))


def id_key(kind: str, text: ir.StringValue, place: Place) -> ir.StringValue:
    """Return `kind:value` for a cell; null where it is masked, missing or no such identifier.

    What begins with `REFUSED` is wrong with an identifier and refuses its row. The kind `key` reads cells that say
    their kind themselves, such as `cookie:abc` or `phone:13800000000`.
    """
    careful = key_of(text, ibis.literal(kind), place.told, variable(SECRET, "string"))
    phone_like = PHONE_LIKE if place.is_chinese else DIGITS
    if kind == "key":
        known = "|".join(name for name in KINDS if name not in PERSONAL)
        value = text.re_extract(f"^(?:{known}):(.+)$", 1)
        usual = (value != "") & ~(value.re_search(ODD) | value.re_search(phone_like))
        return usual.ifelse(text, careful)
    if kind not in PERSONAL:
        usual = ~(text.re_search(ODD) | text.re_search(phone_like))
        return usual.ifelse(ibis.literal(f"{kind}:") + text, careful)
    seen = unmasked(text)
    if kind == "phone":
        value = phone(seen, place)
    elif kind == "email":
        value = email(seen)
    else:
        return careful
    known = ibis.literal(f"{kind}:") + pseudonym(kind, value)
    return is_garbled(seen).ifelse(ibis.literal(REFUSED + GARBLED), known)


def fault(key: ir.StringValue) -> ir.StringValue:
    """Return what is wrong with an identifier that refuses its row, null where nothing is."""
    return key.startswith(REFUSED).ifelse(key, ibis.null("string"))


def lacks_letters(refusal: ir.StringValue) -> ir.BooleanValue:
    """Say whether all that is wrong with an identifier is that letters of it are lost."""
    return (refusal == REFUSED + GARBLED).fill_null(False)


def why(name: str, refusal: ir.StringValue) -> ir.StringValue:
    """Return the reason for a fault of an identifier in a column."""
    told = refusal.re_replace("^!(?:kind:|digits:|float:)", "")
    return ibis.cases(
        (refusal == REFUSED + NO_KIND, because(KIND_MISSING, column=name)),
        (refusal == REFUSED + GARBLED, because(LETTER_LOST, column=name)),
        (refusal.startswith(REFUSED + UNKNOWN_KIND), because(KIND_UNKNOWN, told, column=name)),
        (refusal.startswith(REFUSED + ROUNDED), because(DIGITS_LOST, told, column=name)),
        (refusal.startswith(REFUSED + FLOATED), because(FLOAT_LOST, told, column=name)),
        else_=ibis.literal(BREAK),
    )


def is_garbled(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether letters of a text are lost, so that two could look like one."""
    return text.re_search(GAP)


def is_floated(text: ir.StringValue) -> ir.BooleanValue:
    """Say whether a number went through floating point, which does not tell whole numbers of its size apart."""
    return text.re_search(f"^{FLOAT}$") & (text.try_cast("float64") >= WHOLE).fill_null(True)


def exact(text: ir.StringValue, *, is_rounded: bool) -> ir.StringValue:
    """Return a number of an order, an item and the like, without the `.0` of a spreadsheet; null where digits are lost.

    With `is_rounded` numbers of more than 15 digits that end in zeros from the 16th on are lost too.
    """
    lost = text.re_search(r"^[+-]?\d(?:[.,]\d+)?[eE]\+\d+$|^[+-]?\d[.,]\d+[eE][+-]?\d+$|^[1-9][eE][12]\d$")
    plain = text.re_replace(r"^(\d+)\.0+$", r"\1")
    judged = text.re_search(ODD).ifelse(
        (lost | is_floated(text) | is_garbled(text)).ifelse(ibis.null("string"), plain), text
    )
    return text.re_search(ZEROS).ifelse(ibis.null("string"), judged) if is_rounded else judged
