"""What comes back from messages: signed links, and what people do with them."""

from quanyu.act.track.token import Token, read, written

__all__ = ["Token", "read", "written"]
