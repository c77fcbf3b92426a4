"""Lists of people: a page at a time, saved whole, and their conditions in words."""

from quanyu.web.parts.people.column import trait_kind
from quanyu.web.parts.people.condition import in_words
from quanyu.web.parts.people.condition_picker import condition_picker, joined
from quanyu.web.parts.people.people_list import people_list
from quanyu.web.parts.people.rule_builder import rule_builder

__all__ = ["condition_picker", "in_words", "joined", "people_list", "rule_builder", "trait_kind"]
