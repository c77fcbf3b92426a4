"""A channel: what it is called, by which identifiers it reaches people, and how a message goes out through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from quanyu.act.channel.message import Content, Sender
from quanyu.act.response import Response
from quanyu.discovery import declared
from quanyu.errors import ChannelError
from quanyu.nearest import did_you_mean
from quanyu.text import Text
from quanyu.workspace import Workspace

Audience = Literal["people", "staff", "platform"]


@dataclass(frozen=True)
class Cost:
    """What one message comes to: its length in the channel's own units, into how many parts it falls, what it costs."""

    length: int
    n_parts: int = 1
    amount: float = 0.0


@dataclass(frozen=True)
class Channel:
    """A way to reach people; `kinds` are the identifiers it takes, the first that somebody has counts.

    `place` is its place where channels are listed. `audience` says who hears: people, the shop's own staff, or an ad
    platform. `open` gives a line to its provider (none: Quanyu writes a file for somebody else to use), `missing` says what
    the settings lack, `faults` what is wrong with a content before anything is sent, `cost` what a message comes to.
    `is_idempotent`: the receiver keeps keys, so that what was begun may be handed over again. `is_shared`: one task is made for
    all who get the same words, so that links do not tell people apart. `receive` reads what the
    provider posts to `/hook/NAME`: it gets the headers (names in small letters) and the body, and raises `ChannelError` for
    what the provider did not sign.
    """

    name: str
    label: Text
    kinds: tuple[str, ...]
    place: int = 0
    audience: Audience = "people"
    open: Callable[[Workspace], Sender] | None = None
    missing: Callable[[Workspace], list[str]] | None = None
    faults: Callable[[Workspace, Content], list[str]] | None = None
    cost: Callable[[Workspace, Content], Cost] | None = None
    is_idempotent: bool = False
    is_shared: bool = False
    receive: Callable[[Workspace, Mapping[str, str], bytes], list[Response]] | None = None


def imported(home: str) -> Callable[..., Any]:
    """Return what `module:function` of this room does, imported when it is called: channels are listed far more often than used."""
    module, _, name = home.partition(":")

    def call(*given: Any) -> Any:
        return getattr(import_module(f"quanyu.act.channel.{module}"), name)(*given)

    return call


def channels(audience: Audience | None = None) -> tuple[Channel, ...]:
    """Return every channel, or those that an audience hears.

    >>> [channel.name for channel in channels("staff")]
    ['wecom_app', 'wecom_robot', 'dingtalk_robot', 'feishu_robot']
    """
    every = sorted(declared("CHANNEL", "act/channel"), key=lambda channel: (channel.place, channel.name))
    return tuple(channel for channel in every if audience in {None, channel.audience})


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
