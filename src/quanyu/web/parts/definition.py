"""The definition behind a number: a small mark that opens an explanation, by mouse, touch or keyboard."""

from __future__ import annotations

import itertools

from markupsafe import Markup

from quanyu.web.parts.markup import div, tag
from quanyu.web.view import View

_NUMBERS = itertools.count(1)


def about(view: View, label: str, *paragraphs: str) -> Markup:
    """Return the mark that explains `label`; nothing where there is nothing to explain.

    It uses the browser's own popover: Enter opens it, Escape closes it, hovering shows the same text.
    """
    said = [paragraph for paragraph in paragraphs if paragraph]
    if not said:
        return Markup("")
    name = f"about-{next(_NUMBERS)}"
    opener = tag(
        "button", "?", type="button", class_="about", popovertarget=name, title="\n".join(said),
        aria_label=view.say("Definition of {label}", label=label),
    )  # fmt: skip
    text = [tag("p", paragraph) for paragraph in said]
    return opener + div("definition", tag("b", label), *text, id=name, popover=True)
