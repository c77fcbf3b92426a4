"""Which channel is worth more money and how sure that is: a sentence, and the figures it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from quanyu import figure
from quanyu.decide.budget import budget_read
from quanyu.measure.attribution import Channels, channels
from quanyu.measure.experiment import Result, results
from quanyu.tables.owned.curve import DOUBTS
from quanyu.tables.owned.measured import LEVELS
from quanyu.tables.view.credit import Credit
from quanyu.text import Text
from quanyu.web.pages.channels.channel_words import key_name, model_name
from quanyu.web.pages.labels import EVIDENCE, slice_label
from quanyu.web.parts.markup import tag
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.view import View
from quanyu.workspace import Workspace

KNOWN_FROM: Mapping[str, Text] = {**EVIDENCE, "curve": "known from its return curve"}
SURE = 0.9
"""A lead that is less probable is called open."""


@dataclass(frozen=True)
class Worth:
    """What is known of the worth of channels: credits, returns of ad spend, and campaigns against their controls."""

    attribution: Channels
    returns: budget_read.AdReturns
    campaigns: tuple[Result, ...]


def worth(ws: Workspace, level: str, window: str) -> Worth:
    """Return credits of a level and window beside what was measured of the channels."""
    over = tuple(result for result in results(ws) if not result.days_left and result.profit.value is not None)
    return Worth(channels(ws, level, window), budget_read.ad_returns(ws), over)


def answer(view: View, known: Worth, model: str) -> tuple[str, ...]:
    """Return which channel is worth more money and how sure that is, then what that rests on."""
    hints = (
        _rests_on(view, known.returns), _messages(view, known.campaigns), _credited(view, known.attribution, model),
        _untold(view, known.returns),
    )  # fmt: skip
    return _first(view, known.returns), *(hint for hint in hints if hint)


def _first(view: View, returns: budget_read.AdReturns) -> str:
    if not returns.known:
        return view.say(
            "Which channel is worth more money cannot be told yet: no ad channel's effect is known."
        )
    best = returns.known[0]
    name, one = slice_label(view, best.channel), figure.money(1, view.ws.settings.currency, digits=0)
    pays = view.say("it is {p} sure that it earns more than it costs", p=figure.sure(best.p_pays))
    if returns.p_first is None:
        return view.say(
            "Only of {name} is the effect known: each {one} brings back {back} of margin; {pays}.",
            name=name, one=one, back=_digits(best.back), pays=pays,
        )  # fmt: skip
    second = returns.known[1]
    is_sure: Text = (
        "Of the ad channels {name} is worth more than {other}: each {one} brings back {back} of margin against {less}, "
        "{p} sure; {pays}."
    )
    is_open: Text = (
        "Of the ad channels {name} looks worth more than {other}, but that is only {p} sure: each {one} brings back {back} "
        "of margin against {less}; {pays}."
    )
    return view.say(
        is_sure if returns.p_first >= SURE else is_open, name=name, other=slice_label(view, second.channel), one=one,
        back=_digits(best.back), less=_digits(second.back), p=figure.sure(returns.p_first), pays=pays,
    )  # fmt: skip


def _rests_on(view: View, returns: budget_read.AdReturns) -> str:
    """Say from what the known returns are known, each with its interval."""
    listed = [
        view.say(
            "{name} {back} ({low} to {high}, {evidence})", name=slice_label(view, channel.channel), back=_digits(channel.back),
            low=_digits(channel.low), high=_digits(channel.high),
            evidence=view.say(KNOWN_FROM.get(channel.evidence, "known")),
        )
        for channel in returns.known
    ]  # fmt: skip
    if not listed:
        return ""
    return view.say(
        "Caused, not only credited; 95 % sure between: {listed}.", listed=view.say("; ").join(listed)
    )


def _messages(view: View, campaigns: tuple[Result, ...]) -> str:
    """Say what messages brought against their control groups; nothing where no campaign is over."""
    if not campaigns:
        return ""
    profit = sum(result.profit.value or 0.0 for result in campaigns)
    off = math.hypot(
        *(((result.profit.high or 0.0) - (result.profit.low or 0.0)) / 2 for result in campaigns)
    )
    return view.say(
        "Messages: {n} campaigns brought {profit} of margin beyond their control groups, after cost ({low} to {high}).",
        n=len(campaigns), profit=_money(view, profit), low=_money(view, profit - off), high=_money(view, profit + off),
    )  # fmt: skip


def _credited(view: View, attribution: Channels, model: str) -> str:
    """Say whom attribution puts first, by how many models, and that this is no proof."""
    book = attribution.book
    by = model if model in book.models else next(iter(book.models), "")
    leader = _leader(book.column(by)) if by else None
    if leader is None:
        return ""
    agree = sum(
        (first := _leader(book.column(name))) is not None and first.key == leader.key for name in book.models
    )
    return view.say(
        "By attribution ({model}) {name} leads with {profit} of margin after its cost, as {agree} of {all} models say. ",
        model=model_name(view, by), name=key_name(view, attribution, leader.key),
        profit=_money(view, leader.profit_amount), agree=agree, all=len(book.models),
    ) + view.say("That is credit, no proof of effect.")  # fmt: skip


def _leader(credits: tuple[Credit, ...]) -> Credit | None:
    """Return who has most margin after cost; None where nobody's is known."""
    told = [credit for credit in credits if credit.profit_amount is not None]
    return max(told, key=lambda credit: credit.profit_amount or 0.0, default=None)


def _untold(view: View, returns: budget_read.AdReturns) -> str:
    """Say whose effect cannot be told, with the way to the tests that would tell."""
    if not returns.untold:
        return ""
    names = view.say(", ").join(slice_label(view, channel.channel) for channel in returns.untold)
    said = view.say("Cannot be told yet: {names}.", names=names)
    way = tag("a", view.say("What would tell"), href=view.link("/budget"))
    return tag("span", said, " ") + way


def returned(view: View, known: Worth, model: str) -> Sheet:
    """Return what every ad channel brings back per unit spent, how that is known, and what it is credited with."""
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Channel", "text"), ("Back per 1 spent", "number"), ("Low", "number"), ("High", "number"), ("P that it pays", "chance"),
        ("How it is known", "text"), ("Spend per day", "currency"), ("Credited margin less cost", "currency"),
    )  # fmt: skip
    book = known.attribution.book
    rows = tuple(
        (
            slice_label(view, channel.channel), channel.back, channel.low, channel.high, channel.p_pays, _how(view, channel),
            channel.spend, book.of(model, channel.channel).profit_amount,
        )
        for channel in known.returns.channels
    )  # fmt: skip
    n = len(heads) if book.level == LEVELS[0] else len(heads) - 1
    columns = tuple(Head(view.say(label), kind) for label, kind in heads[:n])
    return Sheet(view.say("What money spent on ads brings back"), columns, tuple(row[:n] for row in rows))


def _how(view: View, channel: budget_read.AdReturn) -> str:
    if channel.is_known:
        return view.say(KNOWN_FROM.get(channel.evidence, "known"))
    return view.say(DOUBTS[channel.reason]) if channel.reason in DOUBTS else view.say("cannot tell")


def _digits(value: float | None) -> str:
    return figure.NOTHING if value is None else f"{value:.2f}"


def _money(view: View, amount: float | None) -> str:
    return figure.figure(amount, "currency", view.language, view.ws.settings.currency)
