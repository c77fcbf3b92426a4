"""A rule as a reader says it: "Group is Champions; Bought in the last 90 days"."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.rule import parse, printed
from quanyu.rule.tree import (
    EVER,
    Ago,
    Anniversary,
    Apply,
    Did,
    During,
    Literal,
    Lot,
    Measure,
    Member,
    Name,
    Near,
    Node,
    Rank,
    Sequence,
    Window,
    conditions,
)  # fmt: skip
from quanyu.rule.verb import VERBS
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
TIMES: Mapping[str, Text] = {
    ">=": "{what} at least {n} times",
    "<=": "{what} at most {n} times",
    "=": "{what} exactly {n} times",
    ">": "{what} more than {n} times",
    "<": "{what} fewer than {n} times",
}
LAST: Mapping[str, Text] = {
    "minute": "in the last {n} minutes",
    "hour": "in the last {n} hours",
    "day": "in the last {n} days",
    "week": "in the last {n} weeks",
    "month": "in the last {n} months",
}
SPAN: Mapping[str, Text] = {
    "minute": "{n} minutes",
    "hour": "{n} hours",
    "day": "{n} days",
    "week": "{n} weeks",
    "month": "{n} months",
}


def in_words(view: View, rule: str) -> str:
    """Return the conditions of a rule in the reader's language; raise `RuleError` for text that is none."""
    heads = column_heads(view)
    said = [condition_in_words(view, heads, condition) for condition in conditions(parse(rule))]
    return view.say("; ").join(said) or view.say("Everybody")


def value_in_words(view: View, column: str, value: Cell, head: Head) -> str:
    """Return a value of a column as lists show it: groups and words by their names, numbers with their unit."""
    if column == "group" and value in BY_ID:
        return BY_ID[str(value)].name_in(view.language)
    if isinstance(value, str) and head.kind == "text":
        word: Text = value
        return view.say(word)
    return writer(view)(value, head.kind)


def condition_in_words(view: View, heads: Mapping[str, Head], condition: Node) -> str:
    """Return a condition as a reader says it; as it is written where there are no words for it."""
    said = (read(view, heads, condition) for read in (_compound, _of_column, _of_person))
    return next((words for words in said if words), "") or printed(condition)


def _compound(view: View, heads: Mapping[str, Head], condition: Node) -> str:
    match condition:
        case Apply("and" | "or" as word, parts):
            joint = view.say(" or ") if word == "or" else view.say(" and ")
            return joint.join(_inner(view, heads, part) for part in parts)
        case Apply("not", (Apply("is null", (Name(column),)),)):
            return view.say("{column} is known", column=_label(heads, column))
        case Apply("not", (Apply(">=", (Measure() as measure, Literal("1"))),)):
            # What somebody did is counted, and a count is known: not once is never.
            return _measured(view, measure, "=", "0")
        case Apply("not", (claim,)):
            return view.say("Not: {claim}", claim=_inner(view, heads, claim))
    return ""


def _of_column(view: View, heads: Mapping[str, Head], condition: Node) -> str:
    match condition:
        case Apply("is null", (Name(column),)):
            return view.say("{column} is unknown", column=_label(heads, column))
        case Apply(sign, (Name(column), *literals)) if sign in SIGNS:
            head = heads.get(column, Head(column))
            values = [_value(view, column, literal, head) for literal in literals]
            return view.say(SIGNS[sign], column=head.label, value=view.say(", ").join(values))
        case Near(Name(column), km, of):
            said: Text = "{column} within {km} km of {place}"
            return view.say(said, column=_label(heads, column), km=f"{km:.10g}", place=of)
        case During(operand, window):
            return _dated(view, heads, operand, window)
    return ""


def _of_person(view: View, heads: Mapping[str, Head], condition: Node) -> str:
    match condition:
        case Apply(sign, (Measure() as measure, Literal(value))):
            return _measured(view, measure, sign, str(value))
        case Apply("<" | "<=", (leaf, Literal(value))):
            return _of_leaf(view, heads, leaf, str(value))
        case Member():
            return _member(view, condition)
        case Sequence(steps, within, is_left, window) if not condition.per:
            return _sequence(view, steps, _span(view, within), is_left, window)
    return ""


def _inner(view: View, heads: Mapping[str, Head], part: Node) -> str:
    said = condition_in_words(view, heads, part)
    is_compound = isinstance(part, Apply) and part.operator in ("and", "or")
    return view.say("({claim})", claim=said) if is_compound else said


def _label(heads: Mapping[str, Head], column: str) -> str:
    return heads.get(column, Head(column)).label


def _measured(view: View, measure: Measure, sign: str, n: str) -> str:
    what, when = _what(view, measure.did), _when(view, measure.window)
    if measure.aggregate != "times" or not what or when is None or sign not in TIMES:
        return ""
    match sign, n:
        case ">=", "1":
            said = what
        case "=", "0":
            said = view.say("Never: {what}", what=what)
        case _:
            said = view.say(TIMES[sign], what=what, n=n)
    return view.say("{what}, {when}", when=when, what=said) if when else said


def _what(view: View, did: Did) -> str:
    """Return what somebody did; nothing for what is told more closely than words can."""
    if did.where is not None:
        return ""
    label = view.say(VERBS[did.verb].label)
    if did.detail is None:
        return label
    detail: Text = did.detail.replace("_", " ") if did.verb == "did" else did.detail
    return view.say("{what} ({detail})", what=label, detail=view.say(detail))


def _when(view: View, window: Window) -> str | None:
    """Return a window of what was done; nothing for ever, None where there are no words for it."""
    match window.start, window.end:
        case Ago(n, unit), None if n > 0:
            return view.say(LAST[unit], n=n)
        case None, Ago() as end:
            return view.say("more than {span} ago", span=_span(view, end))
    return "" if window == EVER else None


def _span(view: View, span: Ago) -> str:
    return view.say(SPAN[span.unit], n=span.n)


def _of_leaf(view: View, heads: Mapping[str, Head], leaf: Node, share: str) -> str:
    match leaf:
        case Rank(Name(column), is_top):
            said: Text = (
                "{column} among the highest {share}" if is_top else "{column} among the lowest {share}"
            )
            return view.say(said, column=_label(heads, column), share=share)
        case Lot(label):
            drawn = view.say("{share} drawn by lot", share=share)
            return view.say("{what} ({detail})", what=drawn, detail=label) if label else drawn
    return ""


def _member(view: View, member: Member) -> str:
    said: Text = "In the segment {name}" if member.kind == "segment" else "In the list {name}"
    where = view.say(said, name=member.name)
    if member.since is None:
        return where
    return view.say("{where} for {span}", where=where, span=_span(view, member.since))


def _dated(view: View, heads: Mapping[str, Head], operand: Node, window: Window) -> str:
    match operand, window.start, window.end:
        case Anniversary(Name(column)), Ago(0), Ago(n, "day"):
            said: Text = "{column} returns in the next {n} days" if n < -1 else "{column} returns today"
            return view.say(said, column=_label(heads, column), n=-n)
        case Name(column), _, _:
            when = _when(view, window)
            return view.say("{column} {when}", column=_label(heads, column), when=when) if when else ""
    return ""


def _sequence(view: View, steps: tuple[Did, ...], span: str, is_left: bool, window: Window) -> str:
    told, when = [_what(view, step) for step in steps], _when(view, window)
    if len(told) != 2 or not all(told) or when is None:
        return ""
    said: Text = (
        "{first}, but not within {span}: {last}" if is_left else "{first}, then within {span}: {last}"
    )
    what = view.say(said, first=told[0], last=told[1], span=span)
    return view.say("{what}, {when}", when=when, what=what) if when else what


def _value(view: View, column: str, node: Node, head: Head) -> str:
    text = str(node.value) if isinstance(node, Literal) else str(node)
    if not head.is_numeric:
        return value_in_words(view, column, text, head)
    try:
        number = float(text)
    except ValueError:
        return text
    return writer(view)(number, "number" if head.kind == "count" and number % 1 else head.kind)
