"""Personal values as screens may show them."""

from __future__ import annotations

import re

STARS = "****"


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
