"""Composing a message: a content, the values of one person, and links of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from quanyu.act.channel import Content, channel_named
from quanyu.act.content.link import Links, Marks, Tags, Trail, with_footer, with_lines
from quanyu.act.content.plain import text_of
from quanyu.act.content.template import Voice, names_in, nested, render
from quanyu.act.settings import PublicSettings
from quanyu.text import Text
from quanyu.workspace import Workspace

Compose = Callable[[Mapping[str, Any], int], Content]
"""Makes the message of one person: the values of the variables, and the place of the send in its campaign."""
SUBJECT: Text = "subject"
TEXT: Text = "text"
HTML: Text = "HTML"
FIELD: Text = "field"
LINK: Text = "link"
MAIL = "mail"
PLAIN = Voice()
LINKS = "link"
"""Variables that every message has by itself: the addresses to unsubscribe and to choose."""
BLANKS = re.compile(r"\n{3,}")
UNSET = {"unsubscribe": "#unsubscribe", "preferences": "#preferences", "open": "#open"}


def compose(
    source: Content,
    values: Mapping[str, Any],
    voice: Voice = PLAIN,
    trail: Trail | None = None,
    place: int = 0,
) -> Content:
    """Return what a content says with the values of one person; with a trail, links and footer lead back to the shop.

    `values` are nested or under dotted names; `place` is that of the send in its campaign. Raises `ContentError` for a
    variable without a value, with the part and the place where it stands.

    >>> compose(Content(text="Hi {{ person.name | default: 'you' }}"), {"person.name": None}).text
    'Hi you'
    """
    ready = prepared(source, voice, trail)
    return _composed(ready, values, voice, Links(trail, place, ready.marks))


def composer(
    ws: Workspace,
    source: Content,
    campaign_no: int,
    tags: Tags,
    *,
    is_marketing: bool = True,
) -> Compose:
    """Return what makes the messages of a variant of a campaign: `(values, place)` to its content.

    Where a channel makes one task for many, links say only which campaign they are of.
    """
    voice, is_shared = Voice.of(ws), channel_named(tags.channel).is_shared
    trail = None if is_shared else trail_of(ws, campaign_no, tags, is_marketing=is_marketing)
    ready = prepared(source, voice, trail)
    shared = tags if is_shared else None
    return lambda values, place: _composed(
        ready, values, voice, Links(trail, place, ready.marks, tags=shared)
    )


def trail_of(ws: Workspace, campaign_no: int, tags: Tags, *, is_marketing: bool = True) -> Trail:
    """Return how links of a campaign's variant lead back to the public application."""
    url = ws.settings.of(PublicSettings).url.rstrip("/")
    return Trail(url, ws.secret, campaign_no, tags, has_footer=is_marketing and tags.channel == MAIL)


def links_of(
    source: Content,
    values: Mapping[str, Any] | None = None,
    tags: Tags | None = None,
    voice: Voice = PLAIN,
) -> list[str]:
    """Return where the links of a content lead, in the order of their numbers, which begin at 1.

    Those that lead everybody to the same place come first. With the values of one person follow the addresses that this person
    was sent, without them the others as they stand in the content. With tags, UTM parameters are on them.
    """
    ready = prepared(source, voice, None)
    links = Links(marks=ready.marks)
    if values is None:
        links.varying += ready.marks.varying
    else:
        _composed(ready, values, voice, links)
    return [tags.on(target) if tags else target for target in links.targets]


def variables_of(source: Content) -> set[str]:
    """Return the variables that a content asks for. Raises `ContentError` for a part that cannot be read.

    >>> sorted(variables_of(Content(subject="{{ person.name }}", text="{% if rfm.frequency > 2 %}{{ order.item }}{% endif %}")))
    ['order.item', 'person.name', 'rfm.frequency']
    """
    names = {name for part, text in parts_of(source) for name in names_in(text, part)}
    return {name for name in names if not name.startswith(f"{LINKS}.")}


def parts_of(source: Content) -> list[tuple[Text, str]]:
    """Return the templates of a content with what each part is called."""
    fixed: list[tuple[Text, str]] = [
        (SUBJECT, source.subject), (TEXT, source.text), (HTML, source.html), (LINK, source.link),
    ]  # fmt: skip
    return [
        (part, text) for part, text in (*fixed, *((FIELD, text) for text in source.fields.values())) if text
    ]


@dataclass(frozen=True)
class Ready:
    """A content with marks for its fixed links and with what it does not have itself: plain text, a footer, the open pixel."""

    content: Content
    marks: Marks
    has_own_text: bool


def prepared(source: Content, voice: Voice, trail: Trail | None) -> Ready:
    """Return what is the same in every message of a content, worked out once."""
    marks = Marks()
    html = marks.html(source.html)
    text = marks.text(source.text) if source.text or not html else text_of(html)
    link = marks.address(source.link)
    if html and trail:
        html = with_footer(html, voice.language, voice.shop, trail.has_footer)
    if text and trail and trail.has_footer:
        text = with_lines(text, voice.language, voice.shop)
    return Ready(replace(source, text=text, html=html, link=link), marks, bool(source.text))


def _composed(ready: Ready, values: Mapping[str, Any], voice: Voice, links: Links) -> Content:
    trail, full = links.trail, ready.content
    known = nested(values)
    known[LINKS] = trail.own(links.place) if trail else UNSET
    html = links.html(render(full.html, known, voice, HTML, is_html=True)) if full.html else ""
    text = render(full.text, known, voice, TEXT)
    return Content(
        subject=" ".join(render(full.subject, known, voice, SUBJECT).split()),
        text=links.text(text if ready.has_own_text or "\n\n\n" not in text else BLANKS.sub("\n\n", text)),
        html=html,
        template=full.template,
        fields={name: render(text, known, voice, FIELD) for name, text in full.fields.items()},
        link=links.address(render(full.link, known, voice, LINK).strip()) if full.link else "",
    )
