"""How many people a rule finds, and how many of them may be written to through each channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from quanyu import figure
from quanyu.act.channel import channels
from quanyu.act.reach import REACH
from quanyu.errors import RuleError
from quanyu.part.action import Caller, perform
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.people import in_words
from quanyu.web.view import View
from quanyu.workspace import Workspace

if TYPE_CHECKING:
    from quanyu.act.reach import Reach


def read_reach(ws: Workspace, rule: str, caller: Caller) -> Reach:
    """Return how many people a rule finds and how many could be reached."""
    return cast("Reach", perform(ws, REACH, {"rule": rule}, caller))


def shown_reach(view: View, reach: Reach) -> None:
    """Place how many people a rule finds, and through which channels how many of them may be written to."""
    share = figure.percent(reach.n_people / max(reach.n_everybody, 1), 1)
    said = view.say(
        "{n} of {all} people ({share})", n=f"{reach.n_people:,}", all=f"{reach.n_everybody:,}", share=share
    )
    labels = {channel.name: view.say(channel.label) for channel in channels("people")}
    may = [
        view.say("{channel} {n}", channel=labels[name], n=f"{n_may:,}")
        for name, (_, n_may) in reach.by_channel.items()
    ]
    put(tag("p", said, class_="lead size"))
    put(tag("p", view.say("May be written to: {channels}", channels=" · ".join(may)), class_="note muted"))
    put(tag("p", view.say("Whom it means: {who}.", who=rule_told(view, reach.rule)), class_="note muted"))


def rule_told(view: View, rule: str) -> str:
    """Return a rule in words; as it is written where it cannot be read any more."""
    try:
        return in_words(view, rule)
    except RuleError:
        return rule
