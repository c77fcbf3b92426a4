"""How a mail is built: what lets mail programs cut it, filters refuse it, or people not read it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from quanyu.act.channel import Content
from quanyu.act.content.check.finding import Finding, Spot
from quanyu.act.content.link import Marks
from quanyu.act.content.plain import text_of
from quanyu.text import Sentence, Text

SUBJECT_WIDTH = 60
"""Widths of Latin letters that a list of mail shows on a telephone turned; Chinese ones count two."""
CLIPPED_BYTES = 102 * 1024
"""What Gmail shows of a mail; the rest is behind a link."""
MANY_LINKS = 30
FEW_LETTERS = 40
SHORTENERS = frozenset((
    "bit.ly", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "t.co", "buff.ly", "rebrand.ly", "cutt.ly", "t.cn", "dwz.cn", "url.cn",
    "suo.im", "suo.nz", "w.url.cn", "u.nu", "mrw.so", "dwz.lc", "tb.cn", "6url.cn", "985.so",
))  # fmt: skip
DROPPED = frozenset(
    ("script", "iframe", "form", "input", "object", "embed", "video", "audio", "link", "base")
)
"""Tags that mail programs drop."""
HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#:]\S*)?", re.IGNORECASE)


@dataclass
class Seen:
    """What stands in a page: pictures without words, links with theirs, and tags that are dropped."""

    n_pictures: int = 0
    n_wordless: int = 0
    links: list[tuple[str, str]] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)


class _Look(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self._open: list[str] | None = None
        self._target = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img" and given.get("width") not in ("0", "1"):
            self.seen.n_pictures += 1
            self.seen.n_wordless += not (given.get("alt") or "").strip()
        if tag in DROPPED:
            self.seen.dropped.add(tag)
        if tag == "a":
            self._open, self._target = [], given.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.seen.links.append((self._target, "".join(self._open).strip()))
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.append(data)


def of_shape(spot: Spot, source: Content, made: Content) -> Iterator[Finding]:
    """Yield what of the shape of a mail is worth knowing; `made` is the mail with values and with addresses of its own."""
    look = _Look()
    look.feed(source.html)
    look.close()
    for kind, (severity, ask, why, suggestion) in HINTS.items():
        found = ask(source, made, look.seen)
        if found:
            more: dict[str, object] = {"found": found if isinstance(found, str) else ""}
            yield spot.finding(
                kind, severity, Sentence(why, found=more["found"]), Sentence(suggestion), **more
            )


Ask = Callable[[Content, Content, Seen], object]


def _wide(_: Content, made: Content, __: Seen) -> str:
    width = sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in made.subject)
    return str(width) if width > SUBJECT_WIDTH else ""


def _loud(_: Content, made: Content, __: Seen) -> str:
    letters = [char for char in made.subject if char.isalpha() and char.isascii()]
    is_loud = len(letters) >= 8 and sum(map(str.isupper, letters)) > 0.7 * len(letters)
    return made.subject if is_loud or len(re.findall("[!！]", made.subject)) > 1 else ""


def _pictures_only(source: Content, _: Content, seen: Seen) -> bool:
    words = re.sub(r"<[^>]*>|\s", "", text_of(re.sub(r"<img\b[^>]*>", "", source.html, flags=re.IGNORECASE)))
    return bool(seen.n_pictures) and len(words) < FEW_LETTERS


def _bytes(_: Content, made: Content, __: Seen) -> str:
    size = len(made.html.encode())
    return f"{size:,}" if size > CLIPPED_BYTES else ""


def _shortened(source: Content, _: Content, __: Seen) -> str:
    hosts = {_host(target) for target in _targets(source)}
    return ", ".join(sorted(hosts & SHORTENERS))


def _insecure(source: Content, _: Content, __: Seen) -> str:
    return next((target for target in _targets(source) if target.lower().startswith("http://")), "")


def _bare_number(source: Content, _: Content, __: Seen) -> str:
    hosts = (_host(target) for target in _targets(source))
    return next((host for host in hosts if re.fullmatch(r"[\d.]+|\[.*\]", host)), "")


def _pretended(_: Content, __: Content, seen: Seen) -> str:
    """Return a link whose words are an address of another house than it leads to."""
    for target, words in seen.links:
        named = HOST.fullmatch(words)
        host = _host(target)
        if named and host and _house(named[1].lower()) != _house(host):
            return f"{words} → {host}"
    return ""


def _targets(source: Content) -> list[str]:
    marks = Marks()
    marks.html(source.html)
    marks.text(source.text)
    return [*marks.targets, *marks.varying]


def _host(target: str) -> str:
    try:
        return (urlsplit(target).hostname or "") if "://" in target[:9] else ""
    except ValueError:
        return ""


def _house(host: str) -> str:
    """Return what of a host tells whose it is: its last two names, three below a two-letter country's own such as com.cn."""
    names = host.split(".")
    n = 3 if len(names) > 2 and len(names[-1]) == 2 and len(names[-2]) <= 3 else 2
    return ".".join(names[-n:])


HINTS: Mapping[str, tuple[str, Ask, Text, Text]] = {
    "long_subject": ("note", _wide, "The subject is {found} wide; lists of mail show about 60, Chinese characters counting two.",
                     "Say first what matters most."),
    "loud_subject": ("warn", _loud, "The subject shouts, as junk mail does.", "Use capitals and exclamation marks sparingly."),
    "pictures_only": ("warn", _pictures_only, "There are pictures and hardly a word: filters distrust it, and many see nothing.",
                      "Say in words what matters."),
    "no_alt": ("warn", lambda _, __, seen: str(seen.n_wordless) if seen.n_wordless else "",
               "Pictures without words in their place: {found}.", "Give each picture alt text; an empty picture a width of 1."),
    "clipped": ("warn", _bytes, "The HTML has {found} bytes; Gmail shows 102 KB and hides the rest, the way out with it.",
                "Make it shorter: fewer blocks, less style in each tag."),
    "many_links": ("warn", lambda source, _, __: str(n) if (n := len(_targets(source))) > MANY_LINKS else "",
                   "There are {found} links; filters distrust mail with many.", "Keep those that matter."),
    "shortener": ("warn", _shortened, "Links lead through {found}, which junk mail uses too.",
                  "Link to your own address: clicks are counted anyway."),
    "insecure": ("note", _insecure, "A link is not encrypted: {found}", "Use https."),
    "bare_number": ("warn", _bare_number, "A link leads to a number instead of a name: {found}", "Link to a name."),
    "pretended": ("warn", _pretended, "A link's words are another address than it leads to: {found}. Filters take that for fraud.",
                  "Write words instead of an address."),
    "dropped": ("warn", lambda _, __, seen: ", ".join(sorted(seen.dropped)), "Mail programs drop these: {found}.",
                "Leave them out; lead to a page that has them."),
}  # fmt: skip
"""Every hint: how grave, what it asks, why it matters, what to do."""
