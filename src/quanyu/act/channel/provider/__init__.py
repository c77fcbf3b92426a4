"""What channels share that hand messages to a provider: how fast they may, and calls over HTTP."""

from quanyu.act.channel.provider.quota import DAY, Quota

__all__ = ["DAY", "Quota"]
