"""Finding people, and one person all around."""

from quanyu.web.pages.people.people import people
from quanyu.web.pages.people.person import person

__all__ = ["people", "person"]
