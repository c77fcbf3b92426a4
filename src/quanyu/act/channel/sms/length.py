"""How long a text message is, and into how many parts it falls."""

from __future__ import annotations

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_WIDE = frozenset("\f^{}\\[~]|€")
"""Letters of GSM 03.38 that count twice."""
CHINESE, LATIN = (70, 67), (160, 153)
"""Letters of a message of one part, and of each part of a longer one."""


def parts_of(text: str, is_chinese: bool = True) -> tuple[int, int]:
    """Return the length of a text in the units of its alphabet, and the number of its parts.

    Providers in China count every text in the alphabet of Chinese; elsewhere one that fits GSM 03.38 counts by it.

    >>> parts_of("你" * 70), parts_of("你" * 71), parts_of("a" * 161, is_chinese=False), parts_of("€", is_chinese=False)
    ((70, 1), (71, 2), (161, 2), (2, 1))
    """
    if not is_chinese and GSM.union(GSM_WIDE).issuperset(text):
        n = sum(2 if letter in GSM_WIDE else 1 for letter in text)
        first, each = LATIN
    else:
        n, (first, each) = len(text.encode("utf-16-le")) // 2, CHINESE
    return n, 1 if n <= first else -(-n // each)
