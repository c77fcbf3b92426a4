"""Mail addresses as people write them."""

from __future__ import annotations

import re


def email(text: str, _: str = "") -> str | None:
    """Return a mail address in small letters without blanks; none for what is none.

    >>> email("mailto:Bo@Example.com"), email("bo＠example.com"), email("bo")
    ('bo@example.com', 'bo@example.com', None)
    """
    bare = re.sub(r"\s", "", text.replace("＠", "@").lower()).removeprefix("mailto:")
    return bare if re.fullmatch(r"[^@]+@[^@]+\.[^@.]+", bare) else None
