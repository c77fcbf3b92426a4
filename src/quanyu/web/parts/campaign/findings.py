"""What is wrong with a content, or should be known of it: the gravest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from quanyu.text import Text
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.content.check import Finding

LEVELS: Mapping[str, str] = {"blocked": "stop", "warn": "warning", "note": "note"}
SEVERITIES: Mapping[str, Text] = {"blocked": "blocked", "warn": "look at it", "note": "note"}


def shown_findings(view: View, findings: Sequence[Finding]) -> None:
    """Place what is wrong, the gravest first."""
    if not findings:
        put(tag("p", view.say("Nothing was found."), class_="note muted"))
        return
    put(Markup("").join(_finding(view, one) for one in findings), "ul", "found")


def _finding(view: View, one: Finding) -> Markup:
    level = LEVELS[one.severity]
    head: list[object] = [span(f"mark {level}", view.say(SEVERITIES[one.severity]))]
    head += [" ", tag("strong", one.found)] if one.found else []
    head += [" ", span("faint", one.article)] if one.article else []
    hint = one.suggestion[view.language]
    return tag("li", div("", *head), div("", one.why[view.language]), div("muted", hint) if hint else "")
