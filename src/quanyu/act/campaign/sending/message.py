"""The messages of claimed sends: what was written down at launch, and how it becomes a message that can go out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import ibis
import pyarrow as pa

from quanyu.act.campaign.brief import Brief, kept_brief
from quanyu.act.channel import Content, Outgoing
from quanyu.act.content import composer
from quanyu.act.content.link import Tags
from quanyu.act.settings import PublicSettings
from quanyu.act.track import Token, written
from quanyu.ledger import Campaign, ClaimedSend
from quanyu.workspace import Workspace


class Queued(NamedTuple):
    """What the launch wrote down for a send and a channel."""

    contact: str
    time_zone: str | None
    values: str


@dataclass(frozen=True)
class Job:
    """A campaign that is being sent."""

    ws: Workspace
    campaign: Campaign

    @cached_property
    def brief(self) -> Brief:
        """The brief it was launched with."""
        return kept_brief(self.campaign.design)

    def queued(self, sends: Sequence[ClaimedSend]) -> dict[tuple[int, str], Queued]:
        """Return what the launch wrote down for sends, by place and channel; none for people who were erased since."""
        if not sends:
            return {}
        places = [send.place for send in sends]
        rows = self.ws.warehouse.table("messages")
        near = (rows.campaign_id == self.campaign.campaign_id) & rows.place.between(min(places), max(places))
        if len(places) <= max(places) - min(places):  # those that go again lie far apart
            near &= rows.place.isin(ibis.memtable(pa.table({"place": places})).place)
        wanted = rows.filter(near).select("place", "channel", "contact", "time_zone", "values")
        columns = self.ws.warehouse.read(wanted).to_pydict()
        return {
            (place, channel): Queued(*rest) for place, channel, *rest in zip(*columns.values(), strict=True)
        }

    def outgoing(self, send: ClaimedSend, message: Queued) -> Outgoing:
        """Return a message with every variable in its place and links of its own."""
        unsubscribe = "" if self.brief.is_service else self._address("unsubscribe", send.place)
        content = self._compose(send.channel, send.variant)(json.loads(message.values), send.place)
        return Outgoing(key_of(send), message.contact, content, unsubscribe, not self.brief.is_service)

    def _compose(self, channel: str, variant: str) -> Callable[[Mapping[str, Any], int], Content]:
        known = self._composers.get((channel, variant))
        if known is None:
            chosen = self.brief.variant(channel, variant)
            tags = Tags(channel, self.campaign.campaign_id, chosen.name)
            number, is_marketing = self.campaign.campaign_no, not self.brief.is_service
            known = composer(self.ws, chosen.content, number, tags, is_marketing=is_marketing)
            self._composers[channel, variant] = known
        return known

    @cached_property
    def _composers(self) -> dict[tuple[str, str], Callable[[Mapping[str, Any], int], Content]]:
        return {}

    def _address(self, purpose: Any, place: int) -> str:
        token = written(Token(purpose, self.campaign.campaign_no, place), self.ws.secret)
        return f"{self.ws.settings.of(PublicSettings).url}/u/{token}"


def key_of(send: ClaimedSend) -> str:
    """Return what makes a message once: its campaign and place."""
    return f"{send.campaign_id}:{send.place}"


def place_of(key: str) -> int:
    """Return the place that a key names."""
    return int(key.rpartition(":")[2])


def by_channel(sends: Sequence[ClaimedSend]) -> Mapping[str, list[ClaimedSend]]:
    """Return sends by the channel that they go out through."""
    parted: dict[str, list[ClaimedSend]] = {}
    for send in sends:
        parted.setdefault(send.channel, []).append(send)
    return parted
