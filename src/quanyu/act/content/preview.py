"""What one person would be sent, before anybody is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from quanyu.act.channel import Content, channel_named
from quanyu.act.content.compose import compose, links_of, trail_of, variables_of
from quanyu.act.content.link import Tags
from quanyu.act.content.sample import sample_values, values_for
from quanyu.act.content.template import Voice
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Preview:
    """A message as it would be sent: to whom (nobody: made-up values), where its links lead, and what it comes to.

    `length` is in the channel's own units, `n_parts` how many it is billed as, `amount` what that costs; nothing where the
    channel does not say.
    """

    channel: str
    person_id: str
    content: Content
    links: tuple[str, ...] = ()
    length: int = 0
    n_parts: int = 0
    amount: float = 0.0


def preview(
    ws: Workspace, channel: str, source: Content, person_id: str = "", *, is_marketing: bool = True
) -> Preview:
    """Return what a person would be sent through a channel, or a message with made-up values where nobody is named.

    Raises `ContentError` for a content that cannot be written, and for a person whom nobody knows.
    """
    names = variables_of(source)
    values = values_for(ws, [person_id], names)[person_id] if person_id else sample_values(ws, names)
    voice, tags = Voice.of(ws), Tags(channel)
    trail = trail_of(ws, 0, tags, is_marketing=is_marketing)
    made = compose(source, values, voice, trail)
    reckon = channel_named(channel).cost
    shown = Preview(channel, person_id, made, tuple(links_of(source, values, tags, voice)))
    if reckon is None:
        return shown
    cost = reckon(ws, made)
    return replace(shown, length=cost.length, n_parts=cost.n_parts, amount=cost.amount)
