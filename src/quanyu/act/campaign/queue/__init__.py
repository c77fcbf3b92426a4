"""The queue of a campaign, or of a journey's step: what each message needs is written down, and when it leaves."""

from quanyu.act.campaign.brief import Brief, kept_brief
from quanyu.act.campaign.queue.message import links, write_messages
from quanyu.act.campaign.queue.row import rows
from quanyu.act.campaign.queue.step import as_brief

__all__ = ["Brief", "as_brief", "kept_brief", "links", "rows", "write_messages"]
