"""Letters of full width, and blanks, dashes and apostrophes of all sorts, as the usual ones; invisible signs as nothing."""

from __future__ import annotations

import unicodedata

_WIDE = {
    place: unicodedata.normalize("NFKC", chr(place))
    for first, end in ((0xFF01, 0xFFEF), (0xFE50, 0xFE6C))
    for place in range(first, end)
}
"""Full and half width, and the small forms."""
_INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff",
    )
)
"""Signs that join, part or turn letters and show nothing."""
_BLANKS = dict.fromkeys((0x09, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
_MARKS = str.maketrans("−–‐‑’‘´ʼ", "-" * 4 + "'" * 4)
NARROW = _WIDE | _INVISIBLE | _BLANKS | _MARKS


def narrow(text: str) -> str:
    """Return the text with letters of full width, blanks, dashes and apostrophes as the usual ones.

    Invisible signs are left out, and letters that are composed of several signs become one.

    >>> narrow("\uff0b86\u2011138\u3000"), narrow("\ufeffｕｓｅｒ：１\u200b２"), narrow("e\u0301") == "\xe9"
    ('+86-138', 'user:12', True)
    """
    return unicodedata.normalize("NFC", text.translate(NARROW)).strip()
