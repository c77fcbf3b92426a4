"""What a campaign would do: whom it reaches, who is left alone and why, what it costs and can show, and what is in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from quanyu import figure
from quanyu.web.pages.campaigns.campaign_words import STATES, channels_told, reason_told
from quanyu.web.parts.campaign import shown_findings
from quanyu.web.parts.card import plain
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import notice
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.campaign import Check


def shown_check(view: View, check: Check) -> None:
    """Place the figures of a campaign that nobody has launched, its power, who is left alone, and the findings."""
    control = sum(share.n_people for share in check.shares if share.reason == "control")
    cost = figure.money(check.cost_amount, view.ws.settings.currency)
    plain(view, (
        ("It is for", f"{check.n_audience:,}", view.say("Everybody the conditions find.")),
        ("Get a message", f"{check.n_people:,}", view.say("People whom no gate stops and who are not kept out.")),
        ("Kept out as a control", f"{control:,}", view.say("Drawn by lot; the result is read against them.")),
        ("Cost", cost, view.say("What the channels take for these messages.")),
    ))  # fmt: skip
    put(tag("p", power_told(view, check), class_="power"))
    if not check.n_people:
        said = view.say("Nobody would get a message: loosen the conditions, or choose another channel.")
        put(notice(said, level="warning"))
    if len(check.by_channel) > 1:
        parts = [f"{channels_told(view, [name])} {n:,}" for name, n in check.by_channel.items()]
        put(tag("p", " · ".join(parts), class_="note muted"))
    put(_refused(view, check))
    put(tag("h3", view.say("What was found")))
    shown_findings(view, check.findings)


def power_told(view: View, check: Check) -> str:
    """Say how small an effect the control group of a campaign can show."""
    power = check.power
    if power.least is None:
        return view.say("It cannot show an effect: nobody is kept out, or nobody here bought of late.")
    said = view.say(
        "Without it {base} buy in {days} days; it can show a rise of {least} points or more ({treated} against {control} people).",
        base=f"{power.base:.1%}", days=check.brief.window_days, least=f"{power.least * 100:.2f}",
        treated=f"{power.n_treated:,}", control=f"{power.n_control:,}",
    )  # fmt: skip
    if power.can_tell:
        return said
    return said + view.say(" That is more than half of what they buy anyway: likely it will not tell.")


def _refused(view: View, check: Check) -> Markup:
    stopped = sorted(
        (share for share in check.shares if share.status == "suppressed" or share.reason == "global_holdout"),
        key=lambda share: -share.n_people,
    )
    if not stopped:
        return Markup("")
    heads = (Head(view.say("Left alone because")), Head(view.say("State")), Head(view.say("People"), "count"))
    rows = tuple(
        (reason_told(view, share.reason), view.say(STATES[share.status]), share.n_people) for share in stopped
    )
    reasons = table(Sheet(view.say("Left alone"), heads, rows), writer(view))
    n = sum(share.n_people for share in stopped)
    return tag("details", tag("summary", view.say("{n} people are left alone, and why", n=f"{n:,}")), reasons)
