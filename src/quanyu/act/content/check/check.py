"""Checking contents before anybody is sent them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import ibis.expr.types as ir

from quanyu.act.channel import Content, channel_named
from quanyu.act.compliance import CATEGORIES, Category
from quanyu.act.content.check.finding import Finding, Spot, both
from quanyu.act.content.check.gap import of_gaps
from quanyu.act.content.check.law import of_law
from quanyu.act.content.check.price import of_prices
from quanyu.act.content.check.shape import of_shape
from quanyu.act.content.compose import MAIL, compose, trail_of, variables_of
from quanyu.act.content.link import Tags
from quanyu.act.content.sample import sample_values
from quanyu.act.content.template import Voice
from quanyu.act.content.value import refuse_unknown
from quanyu.act.variant import names_of
from quanyu.errors import ContentError
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

GRAVITY = ("blocked", "warn", "note")


def check_content(
    ws: Workspace,
    sources: Mapping[str, Sequence[Content]],
    people: ir.Table | None = None,
    category: str = "",
    *,
    is_marketing: bool = True,
) -> tuple[Finding, ...]:
    """Return what stands in the way of contents and what their author should know, the gravest first; nothing is recorded.

    `sources` are the variants of each channel, `people` (person_id) those who would get them: whoever would miss a variable
    is counted. The law is asked of what people will read with values in it and of the source, by the rules of a category of
    goods. Raises `ChannelError` for an unknown channel.
    """
    goods = _category(category)
    findings = [
        finding
        for channel, contents in sources.items()
        for name, source in zip(names_of(contents), contents, strict=True)
        for finding in _of_one(ws, Spot(channel, name), source, people, goods, is_marketing)
    ]
    findings += [finding for channel in sources for finding in _of_settings(ws, channel)]
    return tuple(sorted(findings, key=lambda one: GRAVITY.index(one.severity)))


def _category(given: str) -> Category:
    if given and given not in CATEGORIES:
        raise ContentError(
            "There is no category of goods {category!r}.",
            "Categories: {known}.",
            category=given,
            known=", ".join(CATEGORIES),
        )
    return given or "general"


def _of_one(  # noqa: PLR0917
    ws: Workspace,
    spot: Spot,
    source: Content,
    people: ir.Table | None,
    category: Category,
    is_marketing: bool,
) -> Iterator[Finding]:
    try:
        names = variables_of(source)
        refuse_unknown(ws, names)
    except ContentError as error:
        yield spot.of_error(error)
        yield from of_law(spot, source, None, category)
        return
    made, fault = _made(ws, spot, source, sample_values(ws, names), is_marketing)
    if fault:
        yield fault
    yield from of_law(spot, source, made, category)
    if made is not None:
        yield from of_prices(ws, spot, made)
        if spot.channel == MAIL:
            yield from of_shape(spot, source, made)
        yield from _of_channel(ws, spot, made)
    if people is not None and names:
        yield from of_gaps(ws, spot, source, people)


def _made(
    ws: Workspace, spot: Spot, source: Content, values: Mapping[str, object], is_marketing: bool
) -> tuple[Content | None, Finding | None]:
    """Return the content with made-up values and what keeps it from being written; a coupon is written as a word."""
    trail = trail_of(ws, 0, Tags(spot.channel, "0" * 12, spot.variant), is_marketing=is_marketing)
    fault = None
    for filled in (values, {name: "…" if value is None else value for name, value in values.items()}):
        try:
            return compose(source, filled, Voice.of(ws), trail), fault
        except ContentError as error:
            fault = _fault(spot, error)
    return None, fault


def _fault(spot: Spot, error: ContentError) -> Finding:
    made = spot.of_error(error)
    if error.variable == "coupon.code":
        none: Text = "No coupons are given out yet: {name} has no value for anybody."
        return replace(made, kind="gap", found=error.variable, why=both(Sentence(none, name=error.variable)))
    return made


def _of_channel(ws: Workspace, spot: Spot, made: Content) -> Iterator[Finding]:
    """Yield what the channel itself finds wrong with the message."""
    channel = channel_named(spot.channel)
    lacking = set(channel.missing(ws)) if channel.missing else set()
    for fault in channel.faults(ws, made) if channel.faults else ():
        if fault not in lacking:
            yield spot.told_by("channel", fault)


def _of_settings(ws: Workspace, name: str) -> Iterator[Finding]:
    """Yield what the settings of a channel lack, once for all of its variants."""
    lacking = channel_named(name).missing
    for fault in lacking(ws) if lacking else ():
        yield Spot(name, "").told_by("settings", fault)


def as_draft(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings as who writes a content needs them: what the channel lacks is no fault of it."""
    told = [replace(one, severity="note") if one.kind == "settings" else one for one in findings]
    return tuple(sorted(told, key=lambda one: GRAVITY.index(one.severity)))
