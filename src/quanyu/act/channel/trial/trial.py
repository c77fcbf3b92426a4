"""One real message through a channel, so that its settings are known to be right before thousands leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from quanyu.act.channel.channel import channel_named
from quanyu.act.channel.message import Content, Outcome, Outgoing
from quanyu.errors import ChannelError
from quanyu.part.action import Action, Caller
from quanyu.text import Sentence, translate
from quanyu.workspace import Workspace

NOBODY = SecretStr("")


@dataclass(frozen=True)
class Trial:
    """A channel, and to whom a message goes; `template` and `fields` where the provider keeps the words."""

    channel: str
    to: SecretStr = NOBODY
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def try_channel(ws: Workspace, given: Trial, _: Caller) -> Outcome:
    """Send one message and return what became of it. Raises `ChannelError` for a channel that cannot send."""
    channel = channel_named(given.channel)
    if channel.open is None:
        raise ChannelError(
            "The channel {channel} sends nothing: it writes a file for somebody else to use.",
            "Propose an audience: quanyu audience RULE --channel {channel} --propose",
            channel=given.channel,
        )
    speech = ws.settings.speech
    content = Content(
        subject=translate("A trial of Quanyu", speech),
        text=translate("If you read this, the channel works.", speech),
        template=given.template,
        fields=given.fields,
    )
    if faults := channel.faults(ws, content) if channel.faults else []:
        raise ChannelError(
            "The message cannot go through the channel {channel}: {fault}.",
            "Give what is missing.",
            channel=given.channel,
            fault=faults[0],
        )
    key = f"trial:{int(ws.now().timestamp())}"
    message = Outgoing(key, given.to.get_secret_value(), content, is_marketing=False)
    line = channel.open(ws)
    try:
        told = next(iter(line.send([message], lambda _: None)), None)
    finally:
        line.close()
    return told or Outcome(
        key, "retry", "outcome_unknown", Sentence("the provider did not say what became of it")
    )


TRY_CHANNEL = Action(
    "test_channel",
    "Send one real message through a channel.",
    Trial,
    Outcome,
    try_channel,
    said="Tried the channel {channel} with one message",
)
