"""What words a rule may compare a column of words with: those that stand in it, by any name that screens show them by."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ibis
import pyarrow as pa

from quanyu.errors import RuleError
from quanyu.nearest import closest
from quanyu.rule.gathered import SOURCES, Look, known_columns
from quanyu.rule.text import parse, pointed, printed
from quanyu.rule.tree import Apply, Did, Literal, Name, Node, did_rows, mapped, names
from quanyu.rule.verb import VERBS
from quanyu.tables.view.rfm_groups import GROUPS
from quanyu.text import Text, translate

Read = Callable[[ibis.Table], pa.Table]
"""Returns the rows of a table: `ws.warehouse.read`."""
COMPARED = frozenset({"=", "!=", "in"})
MOST = 2_000
"""A column with more words than this holds no list of words to choose from."""
SHOWN = 6


def meant_rule(rule: str, look: Look, read: Read) -> str:
    """Return a rule as `meant` understands it; as it was written where that changes nothing."""
    tree = parse(rule)
    understood = meant(tree, look, read)
    return rule if understood == tree else printed(understood)


def meant(tree: Node, look: Look, read: Read) -> Node:
    """Return a rule with the words of its columns as these hold them: groups and words may be named as screens show them.

    Raises `RuleError`, with the nearest known ones, for a word that nobody has.
    """
    for did in did_rows(tree):
        _check_detail(did, look, read)
    homes = known_columns(look)
    asked = {name.name for name in names(tree)} & set(homes)
    schemas = {source: look(source).schema() for source in SOURCES}
    words = {
        column: _words(column, homes[column], look, read)
        for column in sorted(asked)
        if schemas[homes[column]][column].is_string()
    }
    return _meant(tree, {column: known for column, known in words.items() if known})


def _meant(tree: Node, words: Mapping[str, Mapping[str, str]]) -> Node:
    if not isinstance(tree, Apply):
        return mapped(tree, lambda node: _meant(node, words))
    column = next((operand.name for operand in tree.operands if isinstance(operand, Name)), "")
    if tree.operator not in COMPARED or column not in words:
        return Apply(tree.operator, tuple(_meant(operand, words) for operand in tree.operands))
    return Apply(tree.operator, tuple(
        _word(operand, column, words[column]) if isinstance(operand, Literal) else operand for operand in tree.operands
    ))  # fmt: skip


def _check_detail(did: Did, look: Look, read: Read) -> None:
    """Raise `RuleError` for an event, a channel or a kind that no row has, where one like it is there.

    One that is like none may be yet to come.
    """
    verb = VERBS[did.verb]
    if did.detail is None or verb.detail is None or "." in verb.detail:
        return
    words = look(verb.rows.table.name).select(verb.detail).distinct().limit(MOST + 1)
    known = [word for word in read(words)[verb.detail].to_pylist() if word]
    near = [] if did.detail in known else closest(did.detail, known, SHOWN)
    if near:
        raise RuleError(
            "Nothing that people did ({verb}) is {word!r}.{pointer}",
            "Did you mean {near}?",
            verb=did.verb,
            word=did.detail,
            pointer=pointed(did.place),
            near=", ".join(near[:2]),
        )


def _word(literal: Literal, column: str, known: Mapping[str, str]) -> Literal:
    """Return a value as the column holds it. `known` leads from every name of a value to it."""
    word = str(literal.value)
    if (held := known.get(word) or known.get(word.casefold())) is not None:
        return Literal(held, literal.place)
    near = closest(word, known, SHOWN)
    raise RuleError(
        "Nobody's {column} is {word!r}.{pointer}",
        "Did you mean {near}? Known are: {known}." if near else "Known are: {known}.",
        column=column,
        word=word,
        pointer=pointed(literal.place),
        near=", ".join(near[:2]),
        known=", ".join(list(dict.fromkeys(known.values()))[: SHOWN * 2]),
    )


def _words(column: str, home: str, look: Look, read: Read) -> dict[str, str]:
    """Return every name of the words of a column, with the word; nothing where these are too many to choose from."""
    if column == "group":
        held = {group.group_id: (group.zh, group.en) for group in GROUPS}
    else:
        listed = read(look(home).select(column).distinct().limit(MOST + 1))[column].to_pylist()
        if len(listed) > MOST:
            return {}
        shown: list[Text] = sorted(word for word in listed if word)
        held = {word: (translate(word, "zh"), translate(word, "en")) for word in shown}
    by_name = {name: word for word, told in held.items() for name in told}
    return {name.casefold(): word for name, word in by_name.items()} | by_name | {word: word for word in held}


__all__ = ["meant", "meant_rule"]
