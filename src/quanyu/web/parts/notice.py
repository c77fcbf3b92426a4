"""What a page says in words: the answer it begins with, and, with the next thing to do, what is missing or went wrong."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from markupsafe import Markup

from quanyu.errors import QuanyuError
from quanyu.text import Text, message_and_hint
from quanyu.web.parts.markup import div, put, tag
from quanyu.web.view import View

LOG = logging.getLogger("quanyu.web")


def empty(view: View, title: Text, hint: Text, *commands: str, **values: object) -> None:
    """Place an empty state: what is missing, with its places filled, and the commands that bring it."""
    lines = [tag("code", command, class_="command") for command in commands]
    body = [tag("h2", view.say(title, **values)), tag("p", view.say(hint), class_="muted"), *lines]
    put(div("empty", *body, role="status"))


def lead(answer: str, *hints: str) -> None:
    """Place the sentence a page begins with: the answer to what its reader came for, and below it what qualifies it."""
    below = [tag("p", hint, class_="muted") for hint in hints if hint]
    put(tag("p", answer, class_="lead") + tag("div", *below), class_="leading")


def notice(text: str, hint: str = "", level: str = "note") -> Markup:
    """Return a notice of a level: note, warning or stop. Lines below the first keep their columns."""
    first, _, lines = text.partition("\n")
    shown = tag("pre", lines) if lines else Markup("")
    more = tag("div", hint, class_="muted") if hint else Markup("")
    return div(f"notice {level}", tag("strong", first), shown, more, role="status")


def fault(view: View, error: Exception) -> None:
    """Place what `told_fault` returns."""
    put(told_fault(view, error))


def told_fault(view: View, error: Exception) -> Markup:
    """Return an error in the view's language: message and hint of a Quanyu error, a plain sentence for any other."""
    if isinstance(error, QuanyuError):
        return notice(*message_and_hint(error, view.language), "stop")
    hint = view.say("Reload the page. If it happens again, look at the output of quanyu serve.")
    message = view.say("This part could not be shown: {error}", error=type(error).__name__)
    return notice(message, hint, "stop")


def way_home(view: View) -> Markup:
    """Return the link to the first page."""
    return tag("a", view.say("To the overview"), href="/", class_="plain")


def report(error: Exception) -> None:
    """Write an error that is not one of Quanyu's own to the log of the server."""
    if not isinstance(error, QuanyuError):
        LOG.error("A part of a page failed", exc_info=error)


def nothing_loaded(view: View) -> None:
    """Place the empty state of a workspace without data."""
    empty(
        view, "There is no data yet",
        "Load the files your platforms export; then run one turn of the loop.",
        "quanyu load FILES", "quanyu run",
    )  # fmt: skip


def not_run(view: View) -> None:
    """Place the empty state of data that was loaded but not worked on yet."""
    empty(
        view,
        "Nothing has been computed yet",
        "Run one turn of the loop, then reload this page.",
        "quanyu run",
    )


def is_ready(view: View, title: Text, loaded: Sequence[str], made: str) -> bool:
    """Say whether a page has something to show; else place its title and what to do first.

    It has once any of the tables `loaded` has rows and a turn has made the table `made`.
    """
    has_some = any(view.ws.warehouse.count(name) for name in loaded)
    if has_some and view.ws.warehouse.exists(made):
        return True
    put(tag("h1", view.say(title)), class_="head")
    (not_run if has_some else nothing_loaded)(view)
    return False
