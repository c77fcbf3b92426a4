"""Whether channels are ready, and one real message through one of them."""

from quanyu.act.channel.trial.state import ChannelState, channel_states
from quanyu.act.channel.trial.trial import TRY_CHANNEL

__all__ = ["TRY_CHANNEL", "ChannelState", "channel_states"]
