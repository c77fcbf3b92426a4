"""Personal values as screens and exports may show them, also where they hide in other text."""

from __future__ import annotations

import re

STARS = "****"
_PLAIN = str.maketrans("０１２３４５６７８９＠＋－　．", "0123456789@+- .")
"""The same letters in half width, one for one, so that places in the text stay."""
_PERSONAL = re.compile(
    r"(?P<hash>\b[a-z]?[0-9a-f]{16,}\b)"
    r"|(?P<mail>[^\s@,;:<>\"'()\[\]{}=|，。；：、（）【】《》？?/]+@[^\W_][\w-]*(?:\.[\w-]+)+)"
    r"|(?P<phone>(?<!\d)(?:"
    r"(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}"
    r"|\+\d(?:[ ().-]{0,2}\d){7,14}"
    r"|(?!\d\d?[./-]\d\d?[./-]\d{2,4}(?!\d))\(?0\d{1,4}\)?(?:[ .-]{1,2}\d{2,8}){1,4}"
    r"|0[1-9]\d{8,9}"
    r"|(?:1[ .-])?\(?[2-9]\d\d\)?[ .-]\d{3}[.-]\d{4}"
    r")(?!\d))",
    re.IGNORECASE,
)
"""A hash, which stays; a mail address; a phone number: a Chinese mobile, with a country code, with an area code,
of ten or eleven digits after a zero, or as Americans write it."""
_HAS_SOME = re.compile(r"@|\d[ ().-]{0,2}\d[ ().\d-]{5,}")
_FEWEST = 9
"""Digits of the shortest number with an area code that is taken for a phone."""


def mask_phone(phone: str | None) -> str:
    """Return a phone number with only its start and its last four digits.

    >>> mask_phone("+8613812345678"), mask_phone("13812345678"), mask_phone("12345"), mask_phone(None)
    ('+86138****5678', '138****5678', '****', '')
    """
    if not phone:
        return ""
    digits = re.sub(r"[^\d+]", "", phone)
    if len(digits.lstrip("+")) < 9:
        return STARS
    return f"{digits[:-8]}{STARS}{digits[-4:]}"


def mask_email(email: str | None) -> str:
    """Return an e-mail address with only the first letter of the mailbox.

    >>> mask_email("lihua@example.com"), mask_email("broken")
    ('l****@example.com', '****')
    """
    if not email:
        return ""
    box, at, domain = email.partition("@")
    return f"{box[:1]}{STARS}@{domain}" if at and box else STARS


def mask_name(name: str | None) -> str:
    """Return a name with only its first character.

    >>> mask_name("王小明"), mask_name("Ada Lovelace")
    ('王**', 'A**')
    """
    return f"{name[0]}**" if name else ""


def masked(text: str) -> str:
    """Return text with the phone numbers and mail addresses in it masked; order numbers and hashes stay.

    >>> masked("王, 13812345678, li@example.com")
    '王, 138****5678, l****@example.com'
    >>> masked("call +44 20 7946 0958 on 2026-11-11 10:00, order 4100000000001832330")
    'call +4420****0958 on 2026-11-11 10:00, order 4100000000001832330'
    """
    plain = text.translate(_PLAIN)
    if not _HAS_SOME.search(plain):
        return text
    parts, end = [], 0
    for match in _PERSONAL.finditer(plain):
        parts += [text[end : match.start()], _stars(match)]
        end = match.end()
    return "".join([*parts, text[end:]])


def _stars(match: re.Match[str]) -> str:
    seen, kind = match.group(), match.lastgroup
    if kind == "hash" or (kind == "phone" and sum(letter.isdigit() for letter in seen) < _FEWEST):
        return seen
    return mask_email(seen) if kind == "mail" else mask_phone(seen)
