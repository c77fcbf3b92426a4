"""The plain text beside HTML: made of it once, as a template that keeps its variables."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser

LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
FIRST = 0xE000
"""Characters for private use stand for what is the template's while the HTML around it is read."""
BREAKS = frozenset((
    "p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "header", "footer", "center",
))  # fmt: skip
UNSHOWN = frozenset(["script", "style", "head", "title", "template"])


@lru_cache(maxsize=256)
def text_of(html: str) -> str:
    """Return what a template of HTML says as a template of plain text: addresses in angle brackets behind their words.

    >>> text_of('<h1>Hi {{ person.name }}</h1><p>See <a href="https://a.cn/?a=1&amp;b=2">the shop</a>.</p>')
    'Hi {{ person.name }}\\n\\nSee the shop <https://a.cn/?a=1&b=2>.\\n'
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return chr(FIRST + len(kept) - 1)

    reader = _Reader()
    reader.feed(LIQUID.sub(keep, html))
    reader.close()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader.parts).split("\n")]
    plain = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    for at, given in enumerate(kept):
        plain = plain.replace(chr(FIRST + at), given)
    return plain + "\n" if plain else ""


class _Reader(HTMLParser):
    """Writes down words, line ends, pictures' words and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.n_unshown = 0
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        given = {name: value or "" for name, value in attrs}
        self.n_unshown += tag in UNSHOWN
        if tag in BREAKS:
            self.parts.append("\n\n" if tag[0] in "ph" else "\n")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag == "img" and given.get("alt"):
            self.parts.append(given["alt"])
        elif tag == "a":
            self.links.append((given.get("href", ""), len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag; a link says where it leads, unless its words do."""
        self.n_unshown -= tag in UNSHOWN and self.n_unshown > 0
        if tag in BREAKS:
            self.parts.append("\n\n" if tag[0] in "ph" else "\n")
        elif tag == "a" and self.links:
            target, start = self.links.pop()
            words = "".join(self.parts[start:]).strip()
            if target and not target.startswith("#") and target != words:
                self.parts.append(f" <{target}>" if words else target)

    def handle_data(self, data: str) -> None:
        """Take words; line ends within them are blanks."""
        if not self.n_unshown:
            self.parts.append(re.sub(r"\s+", " ", data))
