"""What people see and send on the public pages: the unsubscribe page and the preference page."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from quanyu.act.channel import channel_named, channels
from quanyu.act.visit import Visit, preference
from quanyu.api.public.page import checkbox, form, group, language_of, page, paragraph
from quanyu.tables.owned.people import MARKETING, PERSONALISATION, PURPOSES
from quanyu.text import Language, translate
from quanyu.workspace import Workspace


class Pages:
    """The pages of a workspace's public application."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws

    def ask(self, request: Request, who: Visit) -> Response:
        """Return the page with the button that unsubscribes; whoever only looks changes nothing."""
        language = self._language(request)
        said = paragraph(
            language,
            "You get no more offers by {channel} from {shop}.",
            channel=self._channel(who, language),
            shop=self._shop(language),
        )
        button = translate("Unsubscribe", language)
        return page(language, "Unsubscribe?", said + form(request.url.path, "", button))

    def unsubscribed(self, request: Request, who: Visit) -> Response:
        """Return the page that says that it is done; the same whether or not it was done before."""
        language = self._language(request)
        said = paragraph(
            language, "No more offers will reach you by {channel}.", channel=self._channel(who, language)
        )
        return page(language, "You are unsubscribed", said)

    def choices(self, request: Request, who: Visit, note: str = "") -> Response:
        """Return the page of what somebody may choose."""
        language, choice = self._language(request), preference.choice_of(self.ws, who)
        boxes = "".join(
            checkbox(f"channel-{name}", translate(channel_named(name).label, language), is_on=is_on)
            for name, is_on in choice.channels.items()
        )
        personal = checkbox(
            PERSONALISATION, translate(PURPOSES[PERSONALISATION], language), is_on=choice.is_personalised
        )
        fields = group(translate(PURPOSES[MARKETING], language), boxes) + group(
            translate("Personal choice", language), personal
        )
        shop = paragraph(
            language, "What {shop} may send you, and how it is chosen.", shop=self._shop(language)
        )
        return page(
            language,
            "Your preferences",
            note + shop + form(request.url.path, fields, translate("Save", language)),
        )

    def chosen(self, request: Request, who: Visit, body: bytes) -> Response:
        """Record what somebody chose and return the page with it."""
        sent = parse_qs(body.decode("utf-8", "replace"))
        reached = [channel.name for channel in channels() if channel.audience == "people"]
        choice = preference.Choice(
            {name: f"channel-{name}" in sent for name in reached}, PERSONALISATION in sent
        )
        preference.choose(self.ws, who, choice, self.ws.now())
        note = paragraph(self._language(request), "Your choice is saved and holds from now on.")
        return self.choices(request, who, note)

    def lost(self, request: Request) -> Response:
        """Return the page for a link that the shop did not make."""
        language = self._language(request)
        said = paragraph(
            language, "Copy the whole link from the message, or answer the message to reach the shop."
        )
        return page(language, "This link leads nowhere", said, 404)

    def _language(self, request: Request) -> Language:
        return language_of(request.headers.get("accept-language", ""), self.ws.settings.speech)

    def _shop(self, language: Language) -> str:
        return self.ws.settings.name or translate("the shop", language)

    def _channel(self, who: Visit, language: Language) -> str:
        """Return what the channel of a message is called; of a message that is not known any more, the channel of mail."""
        return translate(channel_named(who.send.channel if who.send else "mail").label, language)
