"""Links of a message: where they stand, their numbers, and the short signed addresses in their stead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape, unescape

from quanyu.act.content.link.tags import Tags
from quanyu.act.track import Token, written
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
OWN = ("/c/", "/o/", "/u/", "/p/")
"""Pages of the public application: links to them are left alone."""


@dataclass(frozen=True)
class Trail:
    """How what people do with messages of a campaign and variant is found again: the public address and the key of links.

    `has_footer`: the messages are marketing mail, which needs a visible way out.
    """

    url: str
    secret: str = field(repr=False)
    campaign_no: int
    tags: Tags
    has_footer: bool = False

    def address(self, token: Token) -> str:
        """Return the address of a token: short, signed, and as long as needed."""
        kind = {"click": "c", "open": "o", "unsubscribe": "u", "preferences": "p"}[token.purpose]
        end = ".gif" if token.purpose == "open" else ""
        return f"{self.url}/{kind}/{written(token, self.secret)}{end}"

    def own(self, place: int) -> dict[str, str]:
        """Return the addresses that every message has: the way out, the preferences and the open pixel."""
        number = self.campaign_no
        return {
            "unsubscribe": self.address(Token("unsubscribe", number, place)),
            "preferences": self.address(Token("preferences", number, place)),
            "open": self.address(Token("open", number, place)),
        }


@dataclass
class Links:
    """The links of one message, numbered from 1 in their order: those of the HTML first, then others of the text.

    With a trail they are replaced in what is given through `html`, `text` and `address`.
    """

    trail: Trail | None = None
    place: int = 0
    targets: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def html(self, text: str) -> str:
        """Return HTML with its links replaced."""
        return HREF.sub(self._href, text)

    def text(self, text: str) -> str:
        """Return a text with its addresses replaced; one that was met before keeps its number."""
        return URL.sub(self._url, text) if "://" in text else text

    def address(self, target: str) -> str:
        """Return what stands for one target, such as that of a card; it keeps its number."""
        return self._short(target, self._numbers.get(target)) if _is_followed(target) else target

    def _href(self, match: re.Match[str]) -> str:
        given = match[2]
        quote = given[0] if given[0] in "\"'" else ""
        target = given[1:-1] if quote else given
        target = (unescape(target) if "&" in target else target).strip()
        if UNSAFE.match(target):
            raise ContentError(
                "A link of the content leads to {target!r}, which is no address.",
                "Give an address that begins with https://.",
                target=target[:80],
            )
        if not _is_followed(target) or self._is_own(target):
            return match[0]
        return f'{match[1]}"{escape(self._short(target, None))}"'

    def _url(self, match: re.Match[str]) -> str:
        target = match[0].rstrip(STOPS)
        return match[0] if self._is_own(target) else self.address(target) + match[0][len(target) :]

    def _is_own(self, target: str) -> bool:
        return self.trail is not None and target.startswith(tuple(self.trail.url + path for path in OWN))

    def _short(self, target: str, number: int | None) -> str:
        if number is None:
            self.targets.append(target)
            number = len(self.targets)
            self._numbers.setdefault(target, number)
        if self.trail is None:
            return target
        return self.trail.address(Token("click", self.trail.campaign_no, self.place, number))


def _is_followed(target: str) -> bool:
    """Say whether a target is an address on the web: others (mail, telephone, a place on the page) are left alone."""
    return target[:8].lower().startswith(("http://", "https://", "{{"))
