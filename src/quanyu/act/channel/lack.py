"""What a channel needs before it can be used."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import SecretStr

from quanyu.errors import ChannelError
from quanyu.settings import Section
from quanyu.text import Sentence


def lacking(given: Section, *names: str) -> list[str]:
    """Return in words which of the named settings of a section are empty."""
    values = {name: getattr(given, name) for name in names}
    shown = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in values.items()
    }
    return [
        Sentence("the setting {setting} is missing", setting=f"{given.section}.{name}")
        for name, value in shown.items()
        if not value
    ]


def require(channel: str, wrong: Sequence[str]) -> None:
    """Raise `ChannelError` where something is wrong with the settings of a channel."""
    if wrong:
        raise ChannelError(
            "The channel {channel} is not set up: {wrong}.",
            "See docs/how-to/set-up-channels.md.",
            channel=channel,
            wrong=wrong[0],
        )
