"""One language of conditions: one tree, read from text or JSON, asked of whole tables or of one record."""

from quanyu.rule.document import document, from_document
from quanyu.rule.explain import Answer, explain
from quanyu.rule.expression import expression
from quanyu.rule.members import known_columns, members
from quanyu.rule.record import holds
from quanyu.rule.sql import from_sql
from quanyu.rule.text import parse, printed
from quanyu.rule.typed import typed
from quanyu.rule.word import meant_rule

__all__ = [
    "Answer",
    "document",
    "explain",
    "expression",
    "from_document",
    "from_sql",
    "holds",
    "known_columns",
    "meant_rule",
    "members",
    "parse",
    "printed",
    "typed",
]
