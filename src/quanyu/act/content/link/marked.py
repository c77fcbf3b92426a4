"""Links that lead everybody to the same place are looked for once, in the source; marks as long as they are stand for them.

What is rendered for each person then only has its marks filled in. Links that differ from person to person are looked for in
each message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from re import Match

from quanyu.act.content.link.found import HREF, STOPS, URL, is_followed, target_of, varies

FIRST, FILL = "\x11", "\x12"
MARK = re.compile(f"({FIRST}[0-9]+{FILL}+)")
"""A mark is its number between control characters, the last as often as its link has letters left. No value has such ones: what is
written for one person is as narrow in memory as its words.
"""


@dataclass
class Marks:
    """The fixed links of a content, numbered from 1: those of the HTML first, then others of the text; and the varying ones.

    `marks` has the mark and the target of each number.
    """

    marks: list[tuple[str, str]] = field(default_factory=list)
    varying: list[str] = field(default_factory=list)
    varies_in_html: bool = False

    @property
    def targets(self) -> list[str]:
        """Where the fixed links lead, in the order of their numbers."""
        return [target for _, target in self.marks]

    def html(self, source: str) -> str:
        """Return HTML with marks in its fixed links; each occurrence has a number of its own."""
        marked = HREF.sub(self._href, source)
        self.varies_in_html = bool(self.varying)
        return marked

    def text(self, source: str) -> str:
        """Return a text with marks in its fixed links; one that stands in the HTML too has its number there."""
        return URL.sub(self._url, source) if "://" in source else source

    def address(self, target: str) -> str:
        """Return the mark of one target, such as that of a card; the target where it varies or is none."""
        if not is_followed(target):
            return target
        if varies(target):
            self.varying += [target] if target not in self.varying else []
            return target
        known = next((mark for mark, other in self.marks if other == target), None)
        return known or self._mark(target, len(target))

    def _href(self, match: Match[str]) -> str:
        target = target_of(match)
        if not is_followed(target) or target.replace(" ", "").startswith("{{link."):
            return match[0]
        if varies(target):
            self.varying.append(target)
            return match[0]
        return f'{match[1]}"{self._mark(target, len(match[2]) - 2)}"'

    def _url(self, match: Match[str]) -> str:
        target = match[0].rstrip(STOPS)
        return self.address(target) + match[0][len(target) :]

    def _mark(self, target: str, length: int) -> str:
        mark = f"{FIRST}{len(self.marks) + 1}{FILL}".ljust(length, FILL)
        self.marks.append((mark, target))
        return mark
