"""Where links stand in HTML and in text, and which of them are followed."""

from __future__ import annotations

import re
from html import unescape

from quanyu.errors import ContentError

_LIQUID = r"\{\{.*?\}\}|\{%.*?%\}"
HREF = re.compile(
    rf"""(<(?:a|area|v:\w+)\b(?:{_LIQUID}|"[^"]*"|'[^']*'|[^>"'])*?\shref\s*=\s*)"""
    rf"""("(?:{_LIQUID}|[^"])*"|'(?:{_LIQUID}|[^'])*'|[^\s"'>]+)""",
    re.IGNORECASE | re.DOTALL,
)
"""Where a link leads, in HTML and in templates of HTML."""
URL = re.compile(rf"""https?://(?:{_LIQUID}|[^\s<>"'{{}}，。；：！？、（）【】《》“”])+""", re.IGNORECASE)
"""An address in a text; stops behind it belong to the sentence."""
STOPS = ".,;:!?)]"
UNSAFE = re.compile(r"\s*(?:javascript|data|vbscript|file)\s*:", re.IGNORECASE)


def target_of(match: re.Match[str]) -> str:
    """Return where a link of HTML leads. Raises `ContentError` for what is no address but a program."""
    given = match[2]
    target = given[1:-1] if given[0] in "\"'" else given
    target = (unescape(target) if "&" in target else target).strip()
    if UNSAFE.match(target):
        raise ContentError(
            "A link of the content leads to {target!r}, which is no address.",
            "Give an address that begins with https://.",
            target=target[:80],
        )
    return target


def is_followed(target: str) -> bool:
    """Say whether a target is an address on the web: others (mail, telephone, a place on the page) are left alone."""
    return target[:8].lower().startswith(("http://", "https://", "{{"))


def varies(target: str) -> bool:
    """Say whether a target in a template differs from person to person."""
    return "{{" in target or "{%" in target
