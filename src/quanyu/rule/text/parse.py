"""Rules as text, as people write them and read them aloud.

`group in at_risk, must_win_back; clv_amount >= 500` is two conditions; `bought >= 2 times in last 90 days and never opened mail`
two more. docs/explanation/rules.md tells it by examples.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from quanyu.errors import RuleError
from quanyu.rule.text.fault import pointed
from quanyu.rule.text.grammar import GRAMMAR
from quanyu.rule.text.words import UNITS, expected
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
    Place,
    Rank,
    Sequence,
    Window,
    flat,
)  # fmt: skip
from quanyu.rule.verb import VERBS

QUOTED = r'"(?:[^"\\\n]|\\.)*"'
SIGNS = {"at least": ">=", "at most": "<="}
VERB_WORDS = "|".join(verb for verb in VERBS if verb != "did")
START = (
    rf"(?:(?:not|never|did|first|last|{VERB_WORDS})\b|\(|(?:not\s+)?in\s+(?:segment|list|random)\b|anniversary\s+of\b"
    r"|[^\W\d]\w*(?:\.[\w$-]+)*(?:\s*(?:<=|>=|!=|<|>|=)"
    r"|\s+(?:in|not\s+in|between|is\s+known|is\s+unknown|contains|starts\s+with|ends\s+with|matches|like|within)\s"
    r"|\s+(?:(?:more|less)\s+than\s+\d|(?:before|since|on|from)\s+\d{4}-|(?:last|next)\s+\d|(?:today|yesterday)\b)))"
)
"""What a condition begins with: `and` parts conditions before one only, since values such as Trinidad and Tobago hold it."""
CONJUNCTION = rf"(?:\s+(?:and|AND|or|OR)\s+|\s*(?:并且|或者|且|或)\s*){START.replace('(?:', '(?=', 1)}"
ITEM = re.compile(rf"\s*(?:({QUOTED})\s*(?=,|\Z)|([^,]*))(?:,|\Z)")
FIGURE = re.compile(r"\d+(?:\.\d+)?")
EXAMPLES = "clv_amount >= 500; bought >= 2 times in last 90 days; never opened mail in last 30 days"


def parse(text: str) -> Apply:
    """Return the tree of a rule; raise `RuleError`, pointing at the character, for text that is none.

    >>> parse("frequency >= 2")
    Apply(operator='and', operands=(Apply(operator='>=', operands=(Name(name='frequency'), Literal(value='2'))),))
    """
    try:
        tree = flat(_Reader(text).transform(_grammar().parse(text)))
    except UnexpectedInput as error:
        raise _refused(text, error) from None
    except VisitError as error:
        raise error.orig_exc from None
    return tree if isinstance(tree, Apply) and tree.operator == "and" else Apply("and", (tree,))


@cache
def _grammar() -> Lark:
    grammar = GRAMMAR
    fills = {"verbs": VERB_WORDS, "units": rf"({UNITS})", "quoted": QUOTED, "conjunction": CONJUNCTION}
    for name, pattern in fills.items():
        grammar = grammar.replace(f"{{{name}}}", pattern)
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _refused(text: str, error: UnexpectedInput) -> RuleError:
    """Return what to say of the first character that fits nowhere: the condition it stands in, and what may stand there."""
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    at = len(text.rstrip()) if is_end else error.pos_in_stream or 0
    begin = max(text.rfind(sign, 0, at) for sign in ";；") + 1
    end = min(place for sign in (";", "；") if (place := text.find(sign, at) + 1 or len(text) + 1) > 0)
    allowed = getattr(error, "expected", None) or getattr(error, "allowed", None) or ()
    return RuleError(
        "{text!r} is not a condition.{pointer}",
        "Here may stand: {known}. Conditions are such as {example}; part them by ; or and.",
        text=text[begin : end - 1].strip(),
        pointer=pointed(Place(text, at)),
        known=expected(allowed),
        example=EXAMPLES,
    )


def unquoted(word: str) -> str:
    """Return what a word says; quotes set it apart where it holds signs of rules.

    >>> unquoted('"a; b"'), unquoted("a b")
    ('a; b', 'a b')
    """
    if re.fullmatch(QUOTED, word):
        try:
            return str(json.loads(word))
        except ValueError:
            return str(word[1:-1])
    return str(word)


def window(words: str) -> Window:
    """Return the window that words name; windows are [start, end).

    >>> window("in last 30 days"), window("on 2026-11-11")
    (Window(start=Ago(n=30, unit='day'), end=None), Window(start=datetime.date(2026, 11, 11), end=datetime.date(2026, 11, 12)))
    """
    days = [_day(day) for day in re.findall(r"\d{4}-\d\d-\d\d", words)]
    spans = [] if days else [Ago(int(n), unit(words)) for n in re.findall(r"\d+", words)]
    word = next(word for word in words.split() if word in WINDOWS)
    return WINDOWS[word](*days, *spans)


def _day(word: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(word)
    except ValueError:
        raise RuleError("There is no day {day}.", "Write one such as 2026-01-31.", day=word) from None
    Window(day)  # refuses days out of all reach
    return day


WINDOWS: Mapping[str, Callable[..., Window]] = {
    "last": Window,
    "next": lambda span: Window(Ago(0, span.unit), Ago(-span.n, span.unit)),
    "between": Window,
    "more": lambda span: Window(None, span),
    "less": Window,
    "before": lambda day: Window(None, day),
    "since": Window,
    "from": Window,
    "on": lambda day: Window(day, day + dt.timedelta(days=1)),
    "today": lambda: Window(Ago(0), Ago(-1)),
    "yesterday": lambda: Window(Ago(1), Ago(0)),
}
"""What the words of a window mean, from the days or spans among them."""


def unit(words: str) -> Any:
    """Return the unit of time that words name.

    >>> unit("in last 3 weeks")
    'week'
    """
    return re.search(UNITS, words)[0].rstrip("s")  # type: ignore[index]


def span(words: str) -> Ago:
    """Return the length of time that words name.

    >>> span("within 3 days")
    Ago(n=3, unit='day')
    """
    return Ago(int(FIGURE.findall(words)[0]), unit(words))


@v_args(inline=True)
class _Reader(Transformer[Token, Node]):
    """Makes nodes of what the grammar found."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def _place(self, token: Token, more: int = 0) -> Place:
        return Place(self.text, (token.start_pos or 0) + more)

    def _name(self, token: Token) -> Name:
        return Name(str(token), self._place(token))

    def _word(self, token: Token) -> Literal:
        return Literal(unquoted(str(token).strip()), self._place(token))

    def _items(self, token: Token, parting: re.Pattern[str] = ITEM) -> list[Literal]:
        found = [
            match for match in parting.finditer(token) if match.start() < len(token) or token.endswith(",")
        ]
        return [
            Literal(
                unquoted((match[1] or match[2] or "").strip()),
                self._place(token, match.start() + len(match[0]) - len(match[0].lstrip())),
            )
            for match in found
        ]

    def start(self, *parts: Any) -> Node:
        return Apply("and", tuple(part for part in parts if not isinstance(part, Token)))

    def any_of(self, *parts: Any) -> Node:
        return Apply("or", tuple(part for part in parts if not isinstance(part, Token)))

    def all_of(self, *parts: Any) -> Node:
        return Apply("and", tuple(part for part in parts if not isinstance(part, Token)))

    def negated(self, _: Token, claim: Node) -> Node:
        return Apply("not", (claim,))

    def compared(self, column: Token, sign: Token, value: Token) -> Node:
        return Apply(_sign(sign), (self._name(column), self._word(value)))

    def among(self, column: Token, sign: Token, values: Token) -> Node:
        claim = Apply("in", (self._name(column), *self._items(values)))
        return Apply("not", (claim,)) if sign.type == "NOT_IN" else claim

    def between(self, column: Token, _: Token, values: Token) -> Node:
        ends = re.split(r"\s+and\s+", values)
        if len(ends) != 2:
            raise RuleError(
                "{text!r} is not a condition.{pointer}",
                "Write a column, between, and two values, such as frequency between 2 and 5.",
                text=f"{column} between {values}",
                pointer=pointed(self._place(values)),
            )
        places = (0, len(values) - len(ends[1]))
        low, high = (
            Literal(unquoted(end), self._place(values, at)) for end, at in zip(ends, places, strict=True)
        )
        return Apply("between", (self._name(column), low, high))

    def known(self, column: Token, how: Token) -> Node:
        claim = Apply("is null", (self._name(column),))
        return claim if how.type == "UNKNOWN" else Apply("not", (claim,))

    def near(self, column: Token, how: Token, of: Token) -> Node:
        return Near(self._name(column), float(FIGURE.findall(how)[0]), unquoted(of.strip()), self._place(of))

    def ranked(self, column: Token, rank: Token) -> Node:
        share = Literal(f"{FIGURE.findall(rank)[0]}%", self._place(rank))
        return Apply("<=", (Rank(self._name(column), "top" in rank), share))

    def dated(self, column: Token, words: Token) -> Node:
        return During(self._name(column), window(words))

    def returned(self, _: Token, column: Token, words: Token) -> Node:
        return During(Anniversary(self._name(column)), window(words))

    def member(self, how: Token, name: Token, since: Token | None = None) -> Node:
        kind: Any = how.split()[-1]
        claim = Member(kind, unquoted(name), span(since) if since else None, self._place(name))
        return Apply("not", (claim,)) if how.type == "NO_MEMBER" else claim

    def lot(self, share: Token, _: Token | None = None, label: Token | None = None) -> Node:
        percent = Literal(f"{FIGURE.findall(share)[0]}%", self._place(share))
        return Apply("<", (Lot(unquoted(label) if label else ""), percent))

    def rows(self, verb: Token, *more: Any) -> Did:
        detail = next((unquoted(part) for part in more if isinstance(part, Token)), None)
        where = next((part for part in more if not isinstance(part, Token)), None)
        return Did(str(verb), detail, where, self._place(verb))

    def where(self, _: Token, claim: Node) -> Node:
        return claim

    def times(self, sign: Token, number: Token, *_: Token) -> tuple[str, str | None, str, Literal]:
        return "times", None, _sign(sign), self._word(number)

    def days(self, _: Token, sign: Token, number: Token, __: Token) -> tuple[str, str | None, str, Literal]:
        return "days", None, _sign(sign), self._word(number)

    def figure(
        self, _: Token, aggregate: Token, column: Token, sign: Token, value: Token
    ) -> tuple[str, str | None, str, Literal]:
        return str(aggregate), str(column), _sign(sign), self._word(value)

    def window(self, words: Token) -> Window:
        return window(words)

    def within(self, words: Token) -> Ago:
        return span(words)

    def per(self, _: Token, column: Token) -> Name:
        return self._name(column)

    def performed(self, did: Did, *parts: Any) -> Node:
        aggregate, column, sign, value = self._only(
            did, [part for part in parts if isinstance(part, tuple)], ("times", None, ">=", Literal("1"))
        )
        during = self._only(did, [part for part in parts if isinstance(part, Window)], EVER)
        return Apply(sign, (Measure(did, aggregate, column, during, did.place), value))

    def never(self, _: Token, did: Did, *parts: Any) -> Node:
        self._only(did, [part for part in parts if not isinstance(part, Window)], None, most=0)
        during = self._only(did, [part for part in parts if isinstance(part, Window)], EVER)
        return Apply("=", (Measure(did, window=during, place=did.place), Literal("0")))

    def timed(self, end: Token, did: Did, words: Token) -> Node:
        return During(Measure(did, str(end), place=did.place), window(words))

    def read(self, end: Token, did: Did, *parts: Token) -> Node:
        _, column, sign, value, *words = parts
        aggregate = {"first": "earliest", "last": "latest"}[end]
        during = window(words[0]) if words else EVER
        return Apply(
            _sign(sign), (Measure(did, aggregate, str(column), during, did.place), self._word(value))
        )

    def sequence(self, *parts: Any) -> Node:
        steps = tuple(part for part in parts if isinstance(part, Did))
        within = self._only(steps[0], [part for part in parts if isinstance(part, Ago)], None)
        if within is None:
            raise RuleError(
                "A sequence needs the time in which it happens.{pointer}",
                "Add it, such as {example}.",
                pointer=pointed(steps[0].place),
                example="did product_view then bought within 3 days",
            )
        is_left = any(isinstance(part, Token) and part.type == "THEN_NOT" for part in parts)
        during = self._only(steps[0], [part for part in parts if isinstance(part, Window)], EVER)
        per = self._only(steps[0], [part.name for part in parts if isinstance(part, Name)], None)
        return Sequence(steps, within, is_left, during, per)

    def _only(self, did: Did, given: list[Any], default: Any, most: int = 1) -> Any:
        """Return the one that is given, else the default; two would contradict each other."""
        if len(given) > most:
            raise RuleError(
                "{verb!r} has more than one count or window.{pointer}",
                "Write two conditions, parted by and.",
                verb=did.verb,
                pointer=pointed(did.place),
            )
        return given[0] if given else default


def _sign(token: Token) -> str:
    plain = " ".join(token.split())
    return SIGNS.get(plain, plain)


__all__ = ["parse", "span", "unit", "unquoted", "window"]
