"""Letters of full width, and blanks, dashes and apostrophes of all sorts, as the usual ones."""

from __future__ import annotations

NARROW = str.maketrans(
    "０１２３４５６７８９．，－＋％（）＄￥￡＇\xa0\u202f\u2009\u2007\u2003\u3000\t−–‐‑’‘´ʼ",
    "0123456789.,-+%()$¥£'       ----" + "'" * 4,
)


def narrow(text: str) -> str:
    """Return the text with letters of full width, blanks, dashes and apostrophes as the usual ones.

    >>> narrow("\uff0b86\u2011138\u3000")
    '+86-138'
    """
    return text.translate(NARROW).strip()
