"""Where a segment stands in the console, how its state looks, and its rule in words."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from markupsafe import Markup

from quanyu import figure
from quanyu.ledger import Segment
from quanyu.text import Text, told
from quanyu.web.parts.markup import span
from quanyu.web.view import View

TAKEN = frozenset({"new", ".", ".."})
"""Names that an address cannot end with: another page stands there, or a browser reads them as folders."""
LEVELS: Mapping[str, str] = {"new": "note", "fresh": "note", "stale": "warning", "failed": "stop"}
STATES: Mapping[str, Text] = {
    "new": "Not worked out yet; the next turn does it.",
    "fresh": "Worked out for {day}.",
    "stale": "Worked out for {day}; rule or data have changed since. The next turn works it out anew.",
    "failed": "It could not be worked out; its people are those of {day}. {fault}",
}


def segment_address(view: View, name: str) -> str:
    """Return the address of a segment, whatever it is called.

    >>> segment_address(View(None, None, "en", "/", {}), "100% a/b?"), segment_address(View(None, None, "en", "/", {}), "new")
    ('/segments/100%25%20a%2Fb%3F', '/segments?name=new')
    """
    return view.link("/segments", name=name) if name in TAKEN else f"/segments/{quote(name, safe='')}"


def people_address(view: View, *conditions: str) -> str:
    """Return the address of the list of people for whom conditions hold."""
    return view.link("/people", rule="; ".join(conditions))


def state_chip(view: View, state: Text) -> Markup:
    """Return the state of a segment as a chip."""
    return span(f"mark {LEVELS[state]}", view.say(state))


def state_told(view: View, segment: Segment, state: str) -> str:
    """Say how far the people of a segment can be trusted, and what stands in the way."""
    fault = told(segment.fault, view.language)
    return view.say(STATES[state], day=segment.good_on or figure.NOTHING, fault=fault)
