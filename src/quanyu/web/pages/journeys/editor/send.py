"""The form of a step that sends: the channels in the order in which they are tried, and what each message says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup
from nicegui import ui

from quanyu import ledger
from quanyu.act.channel import channels
from quanyu.tables.text.mask import masked
from quanyu.web.pages.journeys.editor.hand import FIELD, At, Hand
from quanyu.web.pages.journeys.journey_words import content_told
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag

HERE = ""
"""Stands in the place of the name of a content for one that is written in the step itself."""
PLAIN = {"text", "subject", "html", "template", "name", "share"}


@dataclass(eq=False)
class Way:
    """A channel that is tried, and what is sent through it."""

    channel: str
    content: Any

    @property
    def kept(self) -> str | None:
        """The name of its content; `HERE` for one that the step itself writes; None for one that no form can say."""
        if isinstance(self.content, str):
            return self.content
        if not isinstance(self.content, Mapping):
            return HERE if self.content is None else None
        if "kept" in self.content:
            return str(self.content["kept"])
        return HERE if set(self.content) <= PLAIN else None


def ways_of(written: Any) -> list[Way] | None:
    """Return the channels of a step in their order; None where it is written otherwise.

    >>> [(way.channel, way.content) for way in ways_of({"channel": "sms", "content": "hello"})]
    [('sms', 'hello')]
    """
    if not isinstance(written, dict):
        return None
    if "channel" in written:
        return [Way(str(written["channel"] or ""), written.get("content"))]
    names, content = written.get("channels"), written.get("content")
    if not isinstance(names, list) or not isinstance(content, dict):
        return None
    return [Way(str(name), content.get(name)) for name in names]


def written_ways(ways: list[Way], written: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a step is given with these channels; all else stays as it was.

    >>> written_ways([Way("sms", "hello")], {"channels": ["mail"], "content": {}, "is_service": True})
    {'channel': 'sms', 'content': 'hello', 'is_service': True}
    """
    rest = {name: value for name, value in written.items() if name not in ("channel", "channels", "content")}
    if len(ways) == 1:
        return {"channel": ways[0].channel, "content": ways[0].content, **rest}
    return {
        "channels": [way.channel for way in ways],
        "content": {way.channel: way.content for way in ways},
        **rest,
    }


def send_fields(hand: Hand, at: At) -> bool:
    """Place the form, and say whether it can show what stands there."""
    ways = ways_of(at.written)
    if ways is None:
        return False
    _Sending(hand, at, ways, dict(at.written)).place()
    return True


@dataclass(eq=False)
class _Sending:
    """The channels of a step, each in a line; `given` is all else that the step is given."""

    hand: Hand
    at: At
    ways: list[Way]
    given: dict[str, Any]

    def place(self) -> None:
        """Place every line, one more, and whether it is a service message."""
        view, at = self.hand.view, self.at
        known: dict[str, list[str]] = {}
        for one in ledger.list_contents(view.ws.ledger):
            known.setdefault(one.channel, []).append(one.content_id)
        usable = {one.name: view.say(one.label) for one in channels("people") if one.open is not None}
        for way in self.ways:
            options = {name: usable.get(name, name) for name in (*usable, way.channel) if name}
            self._line(way, options, known.get(way.channel, []))
        if len(self.ways) < len(usable) and self.ways[-1].channel:
            more = button(view.say("Add a channel for those whom this one does not reach"), self._more)
            more.props(f'data-name="{at.name("more")}"')
        service = ui.checkbox(view.say("A service message: an order, a delivery, nothing that advertises"))
        service.props(f'dense data-name="{at.name("service")}"').value = bool(self.given.get("is_service"))
        service.on_value_change(self._serve)

    async def _serve(self, event: Any) -> None:
        self.given.pop("is_service", None)
        if event.value:
            self.given["is_service"] = True
        await self._written(is_new=False)

    async def _more(self) -> None:
        self.ways.append(Way("", {"text": ""}))
        await self._written(is_new=True)

    async def _written(self, *, is_new: bool) -> None:
        self.at.write(written_ways(self.ways, self.given))
        await (self.hand.redraw(self.at.number) if is_new else self.hand.changed())

    def _line(self, way: Way, usable: Mapping[str, str], kept: list[str]) -> None:
        view, place = self.hand.view, f"{self.at.number}-{self.ways.index(way)}"
        taken = {other.channel for other in self.ways if other is not way}
        options = {name: label for name, label in usable.items() if name not in taken}
        order = view.say("First through") if way is self.ways[0] else view.say("Where that fails, through")

        async def choose(event: Any) -> None:
            way.channel = str(event.value or "")
            way.content = {"text": ""} if way.kept else way.content
            await self._written(is_new=True)

        async def take(event: Any) -> None:
            way.content = str(event.value) if event.value else {"text": ""}
            await self._written(is_new=True)

        async def drop() -> None:
            self.ways[:] = [other for other in self.ways if other is not way]
            await self._written(is_new=True)

        with ui.element("div").classes("choices fields"):
            channel = ui.select(options, value=way.channel or None, label=order, on_change=choose)
            channel.props(f'{FIELD} data-name="channel-{place}"')
            names = {HERE: view.say("Written here"), **{name: masked(name) for name in kept}}
            if way.kept:
                names.setdefault(way.kept, masked(way.kept))
            if way.kept is not None:
                content = ui.select(names, value=way.kept, label=view.say("Content"), on_change=take)
                content.props(f'{FIELD} data-name="content-{place}"')
            if len(self.ways) > 1:
                button("×", drop, title=view.say("Leave this channel out"))
        if way.kept == HERE:
            self._here(way, place)
        elif way.kept is None:
            put(
                tag(
                    "p",
                    content_told(view, way.content),
                    Markup(" · "),
                    view.say("It is written in the document."),
                    class_="note muted",
                )
            )

    def _here(self, way: Way, place: str) -> None:
        """Place what the message says: mail has a subject, providers of texts may want their template named."""
        content = dict(way.content or {"text": ""})
        labels = {"text": self.hand.view.say("Text")}
        labels = {"subject": self.hand.view.say("Subject"), **labels} if way.channel == "mail" else labels
        labels |= (
            {"template": self.hand.view.say("Template of the provider")}
            if way.channel == "sms" or "template" in content
            else {}
        )

        async def take(name: str, event: Any) -> None:
            content.pop(name, None)
            content.update({name: str(event.value)} if event.value else {})
            way.content = dict(content)
            await self._written(is_new=False)

        for name, label in labels.items():
            make = ui.textarea if name == "text" else ui.input
            field = make(label, value=str(content.get(name) or ""), on_change=partial(take, name)).classes(
                "wide"
            )
            field.props(
                f'outlined dense {"autogrow" if name == "text" else ""} debounce=300 data-name="{name}-{place}"'
            )
