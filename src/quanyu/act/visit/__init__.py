"""Who comes to the public pages by a link in a message, and what they want."""

from quanyu.act.visit import preference
from quanyu.act.visit.visit import Visit, address_of, record_visit, visit_of

__all__ = ["Visit", "address_of", "preference", "record_visit", "visit_of"]
