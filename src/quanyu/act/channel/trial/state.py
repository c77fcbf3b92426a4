"""Whether each channel is ready, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from quanyu.act.channel.channel import Audience, channels
from quanyu.text import Text
from quanyu.workspace import Workspace

State = Annotated[Literal["ready", "not set up", "writes a file"], Text]


@dataclass(frozen=True)
class ChannelState:
    """A channel: who hears it, by which identifiers, whether it is ready, and what it lacks."""

    name: str
    label: str
    audience: Audience
    kinds: tuple[str, ...]
    state: State
    missing: tuple[str, ...] = ()


def channel_states(ws: Workspace) -> list[ChannelState]:
    """Return every channel as the settings of a workspace leave it; no provider is asked."""
    states = []
    for channel in channels():
        missing = tuple(channel.missing(ws)) if channel.missing else ()
        state: State = "writes a file" if channel.open is None else "not set up" if missing else "ready"
        states.append(
            ChannelState(
                name=channel.name,
                label=channel.label,
                audience=channel.audience,
                kinds=channel.kinds,
                state=state,
                missing=missing,
            )
        )
    return states
