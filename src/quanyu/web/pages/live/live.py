"""Live events: each message as it came and as it was read, accepted, sent again, or rejected with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup
from nicegui import run, ui

from quanyu import ledger
from quanyu.collect.collector.live import LATEST_EVENTS, STATES, Seen
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.parts.choice import dropdown
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, fault, lead, report
from quanyu.web.view import View

EVERY_SECONDS = 2.0
MARKS = {"accepted": "note", "repeated": "warning", "rejected": "stop"}


@dataclass
class Shown:
    """What the screen shows now, and what it was asked for."""

    words: str = ""
    is_following: bool = True
    seen: list[Seen] | None = None
    choices: dict[str, str] = field(default_factory=dict)


def live(view: View) -> None:
    """Draw the newest messages of all sources, or of those that the address asks for, and follow them."""
    put(tag("h1", view.say("Live events")), class_="head")
    shown = Shown(choices={name: view.query.get(name, "") for name in ("source", "state")})
    if shown.choices["state"] not in STATES:
        shown.choices["state"] = ""
    lead(
        view.say("What clients sent last, as it came and as it was read."),
        view.say("A rejected message is kept with its reason; one that is sent again counts once."),
    )
    with ui.element("section").classes("panel"):
        said = _choices(view, shown)
    place = ui.element("section").classes("panel live").props("aria-live=off")

    async def refresh(*, is_asked: bool = False) -> None:
        if not (shown.is_following or is_asked or shown.seen is None):
            return
        try:
            given = {**shown.choices, "words": shown.words}
            seen = await run.io_bound(view.perform, LATEST_EVENTS, given)
        except Exception as error:
            report(error)
            timer.deactivate()
            place.clear()
            with place:
                fault(view, error)
            return
        if seen is not None and seen != shown.seen:
            shown.seen = seen
            place.clear()
            with place:
                _listed(view, seen, is_filtered=any(given.values()))

    said.on_value_change(lambda: refresh(is_asked=True))
    timer = ui.timer(EVERY_SECONDS, refresh)


def _choices(view: View, shown: Shown) -> ui.input:
    """Place what is asked for: a source, a state, words; and whether the list follows."""
    names = sorted(
        {source.name for source in ledger.list_sources(view.ws.ledger)} | {shown.choices["source"]} - {""}
    )
    with ui.element("div").classes("choices"):
        sources = {"": view.say("All sources"), **{name: name for name in names}}
        dropdown(view, "source", {"": sources}, shown.choices["source"], view.say("Source"))
        states: dict[str, str] = {"": view.say("All")}
        states |= {state: view.say(word) for state, word in STATES.items()}
        dropdown(view, "state", {"": states}, shown.choices["state"], view.say("State"))
        said = ui.input(view.say("Contains")).bind_value(shown, "words")
        said.props("outlined dense clearable debounce=300 data-name=words maxlength=100")
        ui.switch(view.say("Follow")).bind_value(shown, "is_following").props("data-name=follow")
    return said


def _listed(view: View, seen: list[Seen], *, is_filtered: bool) -> None:
    if not seen and is_filtered:
        empty(view, "No message fits", "Choose another source or state, or other words.")
    elif not seen:
        empty(
            view,
            "Nothing has come in yet",
            "Add a source, put its snippet where events happen, and serve the collector.",
            "quanyu source add shop --kind browser",
            "quanyu serve --role collector",
        )
    else:
        put(div("messages", *(_message(view, one) for one in seen)))


def _message(view: View, one: Seen) -> Markup:
    """Return a line that opens: how the message was read, and the request that it came in."""
    at = one.received_at.astimezone(view.ws.settings.zone)
    word: Text = STATES[one.state]
    reason: Text = one.reason
    summary = tag(
        "summary",
        span("faint nowrap", f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"),
        span(f"mark {MARKS[one.state]}", view.say(word)),
        tag("strong", view.say(reason) if reason else one.name),
        span("muted who", one.who),
        span("faint", f"{one.source} · {one.wire}"),
    )
    read = view.say("What was sent") if one.reason else view.say("As it was read")
    parts = [(read, one.read), (view.say("The request as it came"), one.raw)]
    blocks = [
        div("", tag("h3", title), tag("pre", text, tabindex="0", aria_label=title)) for title, text in parts
    ]
    return tag("details", summary, div("blocks", *blocks), data_key=one.key)


PAGE = Page(
    "/live",
    "Live events",
    live,
    "Data",
    "Live",
    "M3 12h4l3-8 4 16 3-8h4",
    2,
    roles=("analyst",),
)
