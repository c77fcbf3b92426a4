"""What marketing mail must have: who writes, a way out and the preferences; and whether a content lets them be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from html.parser import HTMLParser

from quanyu.errors import ContentError
from quanyu.text import Language, Text, translate

UNSUBSCRIBE, PREFERENCES, OPEN = "link.unsubscribe", "link.preferences", "link.open"
WAY_OUT: Text = "Unsubscribe"
CHOOSE: Text = "Preferences"
WHY: Text = "You get this mail from {shop} because you agreed to it."
WHY_US: Text = "You get this mail because you agreed to it."
STYLE = "margin:24px auto;padding:12px;text-align:center;font-size:12px;line-height:1.6;color:#666666"
END = re.compile(r"</body\s*>(?!.*</body\s*>)", re.IGNORECASE | re.DOTALL)
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?(?![\d.])|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*(?:0|[0-3](?:\.\d+)?px|[0-2](?:\.\d+)?pt)\s*(?:[a-z%]{0,3})\s*(?:;|!|$)|text-indent\s*:\s*-\d{3}"
    r"|(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|!|$)|color\s*:\s*transparent|(?:left|top)\s*:\s*-\d{3}"
    r"|clip\s*:\s*rect\(0|transform\s*:\s*scale\(0\)",
    re.IGNORECASE,
)
"""Declarations that let nobody see what they are on."""
LIGHT = re.compile(r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b)", re.IGNORECASE)
BACK = re.compile(
    r"background(?:-color)?\s*:\s*(?!#fff(?:fff)?\b|white\b|transparent|none|inherit)", re.IGNORECASE
)
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
BLOCK = re.compile(
    r"\{%-?\s*(if|unless|case|for|capture|comment|endif|endunless|endcase|endfor|endcapture|endcomment)\b"
)


@lru_cache(maxsize=256)
def with_footer(html: str, language: Language, shop: str, has_footer: bool) -> str:
    """Return a template of HTML with the open pixel, and with what of the footer it does not have itself.

    Raises `ContentError` where it has its own way out but nobody would see it.
    """
    added = [f'<img src="{{{{ {OPEN} }}}}" width="1" height="1" alt="" style="border:0">']
    if has_footer:
        _refuse_hidden(html)
        if missing := _missing(html):
            said = " · ".join(
                f'<a href="{{{{ {name} }}}}" style="color:#666666">{escape(translate(word, language))}</a>'
                for name, word in missing
            )
            added.insert(0, f'<div style="{STYLE}">{escape(_why(language, shop))}<br>{said}</div>')
    end = END.search(html)
    at = end.start() if end else len(html)
    return html[:at] + "".join(added) + html[at:]


@lru_cache(maxsize=256)
def with_lines(text: str, language: Language, shop: str) -> str:
    """Return a template of text with what of the footer it does not have itself."""
    missing = _missing(text)
    if not missing:
        return text
    lines = [f"{translate(word, language)}: {{{{ {name} }}}}" for name, word in missing]
    return "\n".join([text.rstrip(), "", "--", _plain(_why(language, shop)), *lines, ""])


def _missing(template: str) -> list[tuple[str, Text]]:
    return [
        (name, word) for name, word in ((UNSUBSCRIBE, WAY_OUT), (PREFERENCES, CHOOSE)) if name not in template
    ]


def _why(language: Language, shop: str) -> str:
    """Return why people get the mail, in words that no template reads."""
    said = translate(WHY, language, shop=shop) if shop else translate(WHY_US, language)
    return _plain(said)


def _plain(text: str) -> str:
    return text.replace("{", "").replace("}", "")


def _refuse_hidden(html: str) -> None:
    if UNSUBSCRIBE in html and not is_seen(html):
        raise ContentError(
            "The content has a way to unsubscribe that people do not see.",
            "Let the link stand in plain sight, outside of conditions, or leave it out: then it is added below.",
        )


def is_seen(html: str) -> bool:
    """Say whether everybody sees the way out of a template of HTML: it has words, and nothing around it hides it.

    >>> is_seen('<a href="{{ link.unsubscribe }}">Leave</a>')
    True
    >>> is_seen('<p style="display:none"><a href="{{ link.unsubscribe }}">Leave</a></p>')
    False
    """
    reader = _Sight(_hidden_selectors(html))
    reader.feed(html)
    reader.close()
    return reader.n_seen > 0 and any(_is_always(html, at) for at in _places(html))


def _places(html: str) -> Iterator[int]:
    return (match.start() for match in re.finditer(re.escape(UNSUBSCRIBE), html))


def _is_always(html: str, at: int) -> bool:
    """Say whether a place stands outside of every block of the template."""
    words = [match[1] for match in BLOCK.finditer(html, 0, at)]
    return sum(-1 if word.startswith("end") else 1 for word in words) == 0


def _hidden_selectors(html: str) -> frozenset[str]:
    """Return the classes, ids and tags that a style sheet of the template hides."""
    sheets = re.findall(r"<style\b[^>]*>(.*?)</style", html, re.IGNORECASE | re.DOTALL)
    rules = [rule for sheet in sheets for rule in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)]
    return frozenset(
        selector.strip().lower()
        for selectors, body in rules
        if HIDING.search(body)
        for selector in selectors.split(",")
    )


@dataclass(frozen=True)
class _Open:
    """An open tag: whether it hides what is within, whether it lies in the way out, and whether something coloured is behind."""

    tag: str = ""
    is_hidden: bool = False
    leads_out: bool = False
    has_back: bool = False


class _Sight(HTMLParser):
    """Counts links to the way out that have words or a picture with words, under nothing that hides them."""

    def __init__(self, hidden: frozenset[str]) -> None:
        super().__init__()
        self.hidden = hidden
        self.open = [_Open()]
        self.n_seen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag: what hides it hides all within."""
        given = {name: value or "" for name, value in attrs}
        around, style = self.open[-1], given.get("style", "")
        has_back = around.has_back or "bgcolor" in given or bool(BACK.search(style))
        is_hidden = (
            around.is_hidden or self._hides(tag, given) or (bool(LIGHT.search(style)) and not has_back)
        )
        within = _Open(tag, is_hidden, around.leads_out or UNSUBSCRIBE in given.get("href", ""), has_back)
        if tag == "img" and given.get("alt", "").strip():
            self._count(within)
        if tag not in VOID:
            self.open.append(within)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag, and those within that were not closed."""
        tags = [one.tag for one in self.open]
        if tag in tags:
            del self.open[len(tags) - 1 - tags[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        """Count the words of a link."""
        if data.strip():
            self._count(self.open[-1])

    def _count(self, within: _Open) -> None:
        self.n_seen += within.leads_out and not within.is_hidden

    def _hides(self, tag: str, given: dict[str, str]) -> bool:
        classes = given.get("class", "").lower().split()
        names = {tag, *(f".{name}" for name in classes), f"#{given.get('id', '').lower()}"}
        names |= {tag + name for name in names}
        is_unshown = tag in ("template", "noscript", "script", "style", "title") or "hidden" in given
        return is_unshown or bool(HIDING.search(given.get("style", ""))) or bool(names & self.hidden)
