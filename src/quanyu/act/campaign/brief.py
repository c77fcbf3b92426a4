"""The brief of a campaign: whom, what, through which channels, when, against whom it is measured, and when it stops."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from quanyu.act.channel import channel_named
from quanyu.act.variant import Variant, shares
from quanyu.errors import CampaignError
from quanyu.nearest import did_you_mean
from quanyu.rule import parse
from quanyu.tables.campaign_design import CampaignDesign

STRICT = ConfigDict(extra="forbid")
KIND: Literal["message"] = "message"
BRIEF = "brief"
"""Where a decision or a campaign holds the brief, beside what is measured of it."""


@dataclass(frozen=True)
class Timing:
    """When messages leave: `now`, `at` a time (of the day where people are, if `is_local`), or at each person's `best_hour`.

    They may be spread over hours. Who could only be reached after `ends_at` is not.
    """

    __pydantic_config__ = STRICT

    when: Literal["now", "at", "best_hour"] = "now"
    at: dt.datetime | None = None
    is_local: bool = False
    spread_hours: float = 0
    ends_at: dt.datetime | None = None


@dataclass(frozen=True)
class Brief:
    """A campaign as its author wrote it.

    `segment` or `rule` (or both) say whom it is for; `exclude` names segments or gives conditions. The first of `channels`
    through which a person may be reached is used, the others where it fails for good. `content` holds the variants of each
    channel. `control_share` of those who could be reached are kept out. `is_service`: an order, a delivery, nothing that
    advertises; such messages need no consent and keep no hours. `items` must be in stock.
    """

    __pydantic_config__ = STRICT

    name: str
    channels: tuple[str, ...]
    content: Mapping[str, tuple[Variant, ...]]
    segment: str = ""
    rule: str = ""
    exclude: tuple[str, ...] = ()
    goal: str = ""
    timing: Timing = field(default_factory=Timing)
    control_share: float = 0.2
    window_days: int = 14
    rest_days: int = 0
    contact_cost_amount: Mapping[str, float] = field(default_factory=dict)
    budget_amount: float | None = None
    is_service: bool = False
    category: str = ""
    items: tuple[str, ...] = ()

    @property
    def whom(self) -> str:
        """The rule that finds its people: in the segment, meeting the rule, and none of those excluded."""
        parts = [f"in segment {_quoted(self.segment)}"] if self.segment else []
        parts += [f"({self.rule})"] if self.rule else []
        parts += [f"not ({_condition(one)})" for one in self.exclude]
        return " and ".join(parts)

    @property
    def design(self) -> CampaignDesign:
        """What is measured of it."""
        return CampaignDesign(
            self.name,
            self.whom,
            KIND,
            self.channels[0],
            control_share=self.control_share,
            window_days=self.window_days,
            rest_days=self.rest_days,
            contact_cost_amount=self.contact_cost_amount.get(self.channels[0], 0.0),
        )

    @property
    def document(self) -> dict[str, Any]:
        """The brief as JSON holds it, with what is measured of it."""
        return {**asdict(self.design), BRIEF: TypeAdapter(Brief).dump_python(self, mode="json")}

    def variants(self, channel: str) -> dict[str, float]:
        """Return the share of each variant of a channel; those without one take equal parts of what is left."""
        return shares(self.content[channel])

    def variant(self, channel: str, name: str) -> Variant:
        """Return a variant of a channel by its name; the first, where a channel has none of this name."""
        return next((one for one in self.content[channel] if one.name == name), self.content[channel][0])


def brief_of(document: object, *, has_whom: bool = True) -> Brief:
    """Return the brief in a document, or raise `CampaignError` naming the field, its value and what is allowed.

    One without `has_whom` is for whoever comes by: the step of a journey.
    """
    if not isinstance(document, Mapping):
        raise CampaignError(
            "A campaign is a list of fields such as name, segment, channels, content.",
            "See docs/how-to/send-a-campaign.md",
        )
    given = {name: value for name, value in document.items() if value is not None}
    given["content"] = _listed(given.get("content", {}))
    try:
        brief = TypeAdapter(Brief).validate_python(given)
    except ValidationError as error:
        raise _misread(error, given) from None
    _check(brief, has_whom)
    return brief


def kept_brief(document: Mapping[str, Any]) -> Brief:
    """Return the brief that a decision or a campaign holds, whatever else that holds."""
    return TypeAdapter(Brief).validate_python(document[BRIEF])


def _listed(content: object) -> object:
    """Let one variant stand for a list of one, and number those without a name."""
    if not isinstance(content, Mapping):
        return content
    shown: dict[Any, Any] = {}
    for channel, given in content.items():
        several = given if isinstance(given, list) else [given]
        shown[channel] = [
            {"name": chr(ord("A") + place), **one} if isinstance(one, Mapping) else one
            for place, one in enumerate(several)
        ]
    return shown


def _misread(error: ValidationError, given: Mapping[str, Any]) -> CampaignError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    known = [item.name for item in fields(Brief)]
    near = did_you_mean(str(first["loc"][-1]), known) if first["type"] == "extra_forbidden" else ""
    return CampaignError(
        "The campaign's field {place} is {value!r}: {wrong}.",
        "{near} Fields: {known}." if near else "Fields: {known}.",
        place=place,
        value=given if first["type"] == "missing" else first["input"],
        wrong=first["msg"],
        near=near,
        known=", ".join(known),
    )


def _check(brief: Brief, has_whom: bool) -> None:
    """Raise `CampaignError`, `ChannelError` or `RuleError` for what no launch could make good."""
    if has_whom and not brief.segment and not brief.rule:
        raise CampaignError("The campaign does not say whom it is for.", "Give a segment, a rule, or both.")
    if not brief.channels:
        raise CampaignError("The campaign names no channel.", "Give channels, such as: channels: [mail, sms]")
    for name in brief.channels:
        channel = channel_named(name)
        if channel.open is None or channel.audience != "people":
            raise CampaignError(
                "Nothing can be sent through {channel!r}.",
                "A list or file for it: quanyu audience",
                channel=name,
            )
        if not brief.content.get(name):
            raise CampaignError(
                "There is no content for the channel {channel!r}.",
                "Give content.{channel}, or leave the channel out.",
                channel=name,
            )
        _check_shares(brief, name)
    parse(brief.whom)
    CampaignDesign.of(brief.document)
    if brief.timing.when == "at" and brief.timing.at is None:
        raise CampaignError(
            "timing.when is at, but no time is given.", "Give timing.at, such as 2026-11-20T10:00:00+08:00."
        )


def _check_shares(brief: Brief, channel: str) -> None:
    given = brief.content[channel]
    total = sum(one.share or 0 for one in given)
    is_open = any(one.share is None for one in given)
    names = [one.name for one in given]
    if len(set(names)) < len(names):
        raise CampaignError(
            "Two variants of {channel} are called alike: {names}.",
            "Give each a name of its own.",
            channel=channel,
            names=", ".join(names),
        )
    if (
        any(one.share is not None and one.share <= 0 for one in given)
        or total > 1 + 1e-9
        or (not is_open and abs(total - 1) > 1e-9)
        or (is_open and total >= 1)
    ):
        raise CampaignError(
            "The shares of the variants of {channel} sum to {total:g}.",
            "Let them sum to 1, or leave shares out.",
            channel=channel,
            total=total,
        )


def _quoted(name: str) -> str:
    return name if name.isidentifier() else '"' + name.replace('"', '\\"') + '"'


def _condition(one: str) -> str:
    """Return an exclusion as a condition: a single word names a segment."""
    return f"in segment {_quoted(one)}" if one.replace("-", "_").isidentifier() else one
