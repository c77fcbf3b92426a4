"""Links of a message: where they stand, their numbers, and the short signed addresses in their stead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

from quanyu.act.content.link.found import HREF, STOPS, URL, is_followed, target_of
from quanyu.act.content.link.marked import FIRST, MARK, Marks
from quanyu.act.content.link.tags import Tags
from quanyu.act.track import Token, written

KINDS: Mapping[str, str] = {"click": "c", "open": "o", "unsubscribe": "u", "preferences": "p"}
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
        end = ".gif" if token.purpose == "open" else ""
        return f"{self.url}/{KINDS[token.purpose]}/{written(token, self.secret)}{end}"

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
    """The links of one message: those fixed in its source have the numbers of their `marks`, the others follow in their order.

    With a trail they are replaced in what is given through `html`, `text` and `address`; with tags alone they bear only those.
    """

    trail: Trail | None = None
    place: int = 0
    marks: Marks = field(default_factory=Marks)
    varying: list[str] = field(default_factory=list)
    tags: Tags | None = None
    filled: dict[str, str] = field(default_factory=dict)

    @property
    def targets(self) -> list[str]:
        """Where the links lead, in the order of their numbers."""
        return [*self.marks.targets, *self.varying]

    def html(self, text: str) -> str:
        """Return HTML with its links replaced."""
        found = HREF.sub(self._href, text) if self.marks.varies_in_html else text
        return self._filled(found, escape)

    def text(self, text: str) -> str:
        """Return a text with its addresses replaced; a varying one that was met before keeps its number."""
        n_own = sum(text.count(self.trail.url + path) for path in OWN) if self.trail else 0
        found = URL.sub(self._url, text) if text.count("://") > n_own else text
        return self._filled(found, str)

    def address(self, target: str) -> str:
        """Return what stands for one target, such as that of a card."""
        return self._short(target) if is_followed(target) else self._filled(target, str)

    def _filled(self, text: str, written: Callable[[str], str]) -> str:
        if FIRST not in text:
            return text
        if not self.filled:
            self.filled = {
                mark: self._numbered(number, target)
                for number, (mark, target) in enumerate(self.marks.marks, 1)
            }
        parts = MARK.split(text)
        parts[1::2] = [written(self.filled.get(mark, mark)) for mark in parts[1::2]]
        return "".join(parts)

    def _href(self, match: re.Match[str]) -> str:
        target = target_of(match)
        if not is_followed(target) or self._is_own(target):
            return match[0]
        self.varying.append(target)
        return f'{match[1]}"{escape(self._numbered(len(self.targets), target))}"'

    def _url(self, match: re.Match[str]) -> str:
        target = match[0].rstrip(STOPS)
        return match[0] if self._is_own(target) else self._short(target) + match[0][len(target) :]

    def _short(self, target: str) -> str:
        if target not in self.varying:
            self.varying.append(target)
        return self._numbered(len(self.marks.marks) + self.varying.index(target) + 1, target)

    def _is_own(self, target: str) -> bool:
        return self.trail is not None and target.startswith(tuple(self.trail.url + path for path in OWN))

    def _numbered(self, number: int, target: str) -> str:
        if self.trail is None:
            return self.tags.on(target) if self.tags else target
        return self.trail.address(Token("click", self.trail.campaign_no, self.place, number))
