"""Templates parsed once: what they ask for, and what they say with values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from liquid.exceptions import LiquidError, UnknownFilterError
from liquid.token import Token

from quanyu.act.content.template.environment import Sandbox, Template, sandbox
from quanyu.act.content.template.fault import fault
from quanyu.act.content.template.voice import Voice
from quanyu.text import Text

COMPARING = re.compile(
    r"\{%-?\s*(?:case\b|(?:if|elsif|unless)\b[^%]*?(?:==|!=|<>|contains)).*?%\}", re.DOTALL
)
"""Tags that ask what a value is, and not only whether there is one."""
FIRST_TWO = 2
"""A variable is the first two names of a path; what follows lies within its value."""


def render(source: str, values: Mapping[str, Any], voice: Voice, part: Text, *, is_html: bool = False) -> str:
    """Return what a template says with values. Raises `ContentError` with the part, the place and the reason."""
    if "{" not in source:
        return source
    try:
        return _parsed(source, voice, is_html).said(values)
    except LiquidError as error:
        raise fault(error, source, part, _names(values)) from None


def names_in(source: str, part: Text) -> frozenset[str]:
    """Return the variables that a template asks for, such as `person.name`. Raises `ContentError` if it cannot be read."""
    try:
        return _asked(source)
    except LiquidError as error:
        raise fault(error, source, part) from None


@lru_cache(maxsize=1024)
def _parsed(source: str, voice: Voice, is_html: bool) -> Template:
    environment = sandbox(voice, is_html)
    template = environment.from_string(source)
    _refuse_filters(environment, template, source)
    return template  # type: ignore[return-value]


def _refuse_filters(environment: Sandbox, template: Any, source: str) -> None:
    """Raise for a filter that there is not, also where no rendering comes by."""
    for name, spans in template.analyze().filters.items():
        if name not in environment.filters:
            at = spans[0].index
            raise UnknownFilterError(f"unknown filter '{name}'", token=Token("filter", name, at, source))


def compared_in(sources: Iterable[str]) -> set[str]:
    """Return the variables whose values conditions of templates compare: what is said depends on them."""
    return {name for source in sources if "{%" in source for name in _in_tags(source)}


def _in_tags(source: str) -> Iterable[str]:
    tags = [match.span() for match in COMPARING.finditer(source)]
    for variable in _globals(source):
        at = variable.span.index
        if any(start <= at < end for start, end in tags):
            yield _dotted(variable.segments)


@lru_cache(maxsize=1024)
def _asked(source: str) -> frozenset[str]:
    if "{" not in source:
        return frozenset()
    return frozenset(_dotted(variable.segments) for variable in _globals(source))


def _globals(source: str) -> list[Any]:
    found = _parsed(source, Voice(), False).analyze().globals
    return [variable for listed in found.values() for variable in listed]


def _dotted(path: Sequence[Any]) -> str:
    return ".".join(str(name) for name in path[:FIRST_TWO])


def _names(values: Mapping[str, Any]) -> Iterable[str]:
    """Return the full names of nested values."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in value)
        else:
            yield name


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values under dotted names as templates read them: `person.name` as name within person; an empty text is no value.

    >>> nested({"person.name": "李雷", "person.city": "", "today": "2026-11-20"})
    {'person': {'name': '李雷', 'city': None}, 'today': '2026-11-20'}
    """
    tree: dict[str, Any] = {}
    for name, value in values.items():
        head, _, inner = name.partition(".")
        if inner:
            tree.setdefault(head, {})[inner] = None if value == "" else value
        elif isinstance(value, dict):
            tree.setdefault(head, {}).update(value)
        else:
            tree[name] = None if value == "" else value
    return tree
