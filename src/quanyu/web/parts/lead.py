"""The sentence a page begins with: the answer to what its reader came for, and how sure it is."""

from __future__ import annotations

from quanyu.web.parts.markup import put, tag


def lead(answer: str, *hints: str) -> None:
    """Place the answer in large words, and what qualifies it below."""
    below = [tag("p", hint, class_="muted") for hint in hints if hint]
    put(tag("p", answer, class_="lead") + tag("div", *below), class_="leading")
