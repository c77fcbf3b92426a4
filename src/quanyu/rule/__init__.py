"""One language of conditions: one tree, read from text or JSON, asked of whole tables or of one record."""

from quanyu.rule.asking import Asking
from quanyu.rule.document import document, from_document
from quanyu.rule.explain import Answer, explain, explain_person
from quanyu.rule.expression import expression
from quanyu.rule.gathered import ASKED, Answers, known_columns
from quanyu.rule.members import happened, members, population
from quanyu.rule.record import holds
from quanyu.rule.text import from_sql, parse, printed
from quanyu.rule.typed import typed
from quanyu.rule.word import meant_rule

__all__ = [
    "ASKED",
    "Answer",
    "Answers",
    "Asking",
    "document",
    "explain",
    "explain_person",
    "expression",
    "from_document",
    "from_sql",
    "happened",
    "holds",
    "known_columns",
    "meant_rule",
    "members",
    "parse",
    "population",
    "printed",
    "typed",
]
