"""Lists of people: a page at a time, saved whole, and their conditions in words."""

from quanyu.web.parts.people.column import column_heads, trait_kind
from quanyu.web.parts.people.condition import in_words
from quanyu.web.parts.people.people_list import people_list

__all__ = ["column_heads", "in_words", "people_list", "trait_kind"]
