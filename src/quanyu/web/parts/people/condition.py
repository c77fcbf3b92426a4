"""A rule as a reader says it: "Group is Champions; Orders at least 2"."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.rule import parse, printed
from quanyu.rule.tree import Apply, Literal, Name, Node, conditions
from quanyu.tables.view.rfm_groups import BY_ID
from quanyu.text import Text
from quanyu.web.parts.people.column import column_heads
from quanyu.web.parts.sheet import Cell, Head
from quanyu.web.parts.write import writer
from quanyu.web.view import View

SIGNS: Mapping[str, Text] = {
    "=": "{column} is {value}",
    "!=": "{column} is not {value}",
    "<": "{column} below {value}",
    "<=": "{column} at most {value}",
    ">": "{column} above {value}",
    ">=": "{column} at least {value}",
    "in": "{column} is one of {value}",
}


def in_words(view: View, rule: str) -> str:
    """Return the conditions of a rule in the reader's language; raise `RuleError` for text that is none."""
    heads = column_heads(view)
    said = [_condition(view, heads, condition) for condition in conditions(parse(rule))]
    return view.say("; ").join(said) or view.say("Everybody")


def value_in_words(view: View, column: str, value: Cell, head: Head) -> str:
    """Return a value of a column as lists show it: groups and words by their names, numbers with their unit."""
    if column == "group" and value in BY_ID:
        return BY_ID[str(value)].name_in(view.language)
    if isinstance(value, str) and head.kind == "text":
        word: Text = value
        return view.say(word)
    return writer(view)(value, head.kind)


def _condition(view: View, heads: Mapping[str, Head], condition: Node) -> str:
    match condition:
        case Apply(sign, (Name(column), *literals)) if sign in SIGNS:
            head = heads.get(column, Head(column))
            values = [_value(view, column, literal, head) for literal in literals]
            return view.say(SIGNS[sign], column=head.label, value=view.say(", ").join(values))
    return printed(condition)


def _value(view: View, column: str, node: Node, head: Head) -> str:
    text = str(node.value) if isinstance(node, Literal) else str(node)
    if not head.is_numeric:
        return value_in_words(view, column, text, head)
    try:
        number = float(text)
    except ValueError:
        return text
    return writer(view)(number, "number" if head.kind == "count" and number % 1 else head.kind)
