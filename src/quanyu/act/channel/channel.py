"""A channel: what it is called and by which identifiers it reaches people."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.discovery import declared
from quanyu.errors import ChannelError
from quanyu.nearest import did_you_mean
from quanyu.text import Text


@dataclass(frozen=True)
class Channel:
    """A way to reach people; `kinds` are the identifiers it takes, the first that somebody has counts.

    `place` is its place where channels are listed.
    """

    name: str
    label: Text
    kinds: tuple[str, ...]
    place: int = 0


def channels() -> tuple[Channel, ...]:
    """Return every channel."""
    return tuple(
        sorted(declared("CHANNEL", "act/channel"), key=lambda channel: (channel.place, channel.name))
    )


def channel_named(name: str) -> Channel:
    """Return the channel of a name, or raise `ChannelError` with those there are.

    >>> channel_named("mail").kinds
    ('email',)
    """
    known = {channel.name: channel for channel in channels()}
    if name not in known:
        near = did_you_mean(name, known)
        raise ChannelError(
            "There is no channel {channel!r}.",
            "{near} Channels: {known}." if near else "Channels: {known}.",
            channel=name,
            near=near,
            known=", ".join(known),
        )
    return known[name]
