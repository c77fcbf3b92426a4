"""Files of text: decoded, their header found, and cut into records as people mean them."""

from quanyu.collect.text import document, encoding, line, settle, sniff
from quanyu.collect.text.cut import Form

__all__ = ["Form", "document", "encoding", "line", "settle", "sniff"]
