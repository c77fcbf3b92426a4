"""Links of messages: numbers, short signed addresses, UTM parameters, and the footer that marketing mail needs."""

from quanyu.act.content.link.footer import with_footer, with_lines
from quanyu.act.content.link.links import Links, Trail
from quanyu.act.content.link.marked import Marks
from quanyu.act.content.link.tags import Tags

__all__ = ["Links", "Marks", "Tags", "Trail", "with_footer", "with_lines"]
