"""Telephone numbers and countries as people write them."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import phonenumbers
from babel import Locale
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers.phonemetadata import PhoneMetadata

from quanyu.tables.text.narrow import narrow

CHINESE_MOBILE = r"1[3-9]\d{9}"
"""Every range of Chinese mobiles, those to come included: the lists of a library lag behind new ranges."""
EXTENSION = ";ext="
NAMES_IN = ("en", "zh", "zh_Hant", "de", "fr", "es", "ja")
_EXTENSION = re.compile(r"(.*\d)\s*(转|轉|分机|分機|-)\s*(\d{1,6})")
"""How an extension is written beside the ways that a library knows (ext. 12, x12, #12, ;ext=12): a dash in China only."""
_MARKS = re.compile(r"[\s\-().（）/·]")


@lru_cache(maxsize=1 << 17)
def e164(text: str, country: str = "CN") -> str | None:
    """Return a telephone number in E.164, read in a country (ISO 3166) where it does not say its own.

    None where it is no number of that country, or one with an extension, which E.164 cannot say. "" is no country: then
    only numbers that say theirs are read.

    >>> e164("138 0000 0000"), e164("07911 123456", "GB"), e164("07911 123456", "CN"), e164("+44 7911 123456", "CN")
    ('+8613800000000', '+447911123456', None, '+447911123456')
    """
    phone = number(text, country)
    return None if phone is None or EXTENSION in phone else phone


def number(text: str, country: str = "CN") -> str | None:
    """Return a telephone number as `e164` does, with its extension (RFC 3966), which tells apart who shares it.

    >>> number("010-12345678转801"), number("13800000000-1234"), number("138-0000-0000")
    ('+861012345678;ext=801', '+8613800000000;ext=1234', '+8613800000000')
    """
    whole = _number(text, country)
    match = _EXTENSION.fullmatch(narrow(text)) if whole is None else None
    main = _number(match[1], country) if match else None
    if match is None or main is None or EXTENSION in main or (match[2] == "-" and not main.startswith("+86")):
        return whole
    return f"{main}{EXTENSION}{match[3]}"


def _number(text: str, country: str) -> str | None:
    plain = narrow(text)
    bare = _MARKS.sub("", plain)
    mobile = re.fullmatch(rf"(?:(?:\+|00)?86|0)?({CHINESE_MOBILE})", bare)
    if mobile and (country == "CN" or bare.startswith(("+86", "0086"))):
        return f"+86{mobile.group(1)}"
    for shown in (plain, f"+{bare[2:]}" if bare.startswith("00") else ""):
        phone = _valid(shown, country)
        if phone:
            return phone
    return None


def _valid(text: str, country: str) -> str | None:
    try:
        parsed = phonenumbers.parse(text, country or None)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    told = str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
    return f"{told}{EXTENSION}{parsed.extension}" if parsed.extension else told


@cache
def pattern(country: str) -> re.Pattern[str]:
    """Return what the digits of a telephone number of a country look like, or those of any with a plus before it.

    It judges identifiers that are not said to be telephone numbers: rather too many than too few.
    """
    forms = [r"(?:\+|00)[1-9]\d{6,14}", rf"(?:(?:\+|00)?86|0)?{CHINESE_MOBILE}"]
    metadata = PhoneMetadata.metadata_for_region(country) if country else None
    if metadata:
        prefix, code = re.escape(metadata.national_prefix or ""), metadata.country_code
        mobile, whole = (
            kind.national_number_pattern if kind else None
            for kind in (metadata.mobile, metadata.general_desc)
        )
        forms += [rf"(?:\+?{code}|{prefix})?(?:{mobile})"] if mobile else []
        forms += [rf"{prefix}(?:{whole})"] if whole and prefix not in ("", "1") else []
    return re.compile("|".join(f"(?:{form})" for form in forms))


@cache
def country_named(name: str) -> str:
    """Return the ISO 3166 code of a country that is named by its code or in one of a few languages, else "".

    >>> country_named("de"), country_named("Germany"), country_named("英国"), country_named("Bavaria")
    ('DE', 'DE', 'GB', '')
    """
    return _countries().get(name.strip().casefold(), "")


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for language in NAMES_IN:
        places = Locale.parse(language).territories
        known |= {str(place).casefold(): code for code, place in places.items() if len(code) == 2}
    codes = {code.casefold(): code for code in phonenumbers.SUPPORTED_REGIONS}
    return known | codes | {"uk": "GB", "usa": "US", "prc": "CN"}
