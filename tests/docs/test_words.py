"""Every text that a user sees has a Chinese translation with the same places to fill."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import quanyu
from quanyu.act.account import STATUSES
from quanyu.act.audience import REASONS
from quanyu.act.channel import channels
from quanyu.cli.command.decisions import KINDS
from quanyu.cli.commands import COMMANDS, TITLE
from quanyu.collect.load.load import Status
from quanyu.collect.quality.quality_checks import CHECKS
from quanyu.collect.reason import SENTENCES
from quanyu.ledger.decision import Status as DecisionStatus
from quanyu.ledger.store.fault import OTHER, POSTGRES, SQLITE
from quanyu.loop import STEPS
from quanyu.measure.experiment.contrast import REASONS as NO_READING
from quanyu.measure.experiment.lift import VERDICTS
from quanyu.part.action import actions
from quanyu.settings.read import SAID
from quanyu.tables.festival import CHINESE, WESTERN
from quanyu.tables.owned.curve import DOUBTS
from quanyu.tables.owned.decided import REFUSALS
from quanyu.tables.owned.spend_test import KINDS as TEST_KINDS
from quanyu.tables.owned.spend_test import NO_TEST, UNREAD
from quanyu.tables.owned.spend_test import VERDICTS as TEST_VERDICTS
from quanyu.tables.view import outlook
from quanyu.text import LOCALE, catalogue
from quanyu.understand.lifetime import lifetime_check, order_value
from quanyu.understand.rfm.rfm import GROUPS
from quanyu.understand.trait.catalogue import TRAITS
from quanyu.web.pages.budget.budget import TOTALS
from quanyu.web.pages.budget.budget_pace import JOBS, STAGES, STATES

SRC = Path(quanyu.__file__).parent
SPEAKERS = {"translate", "say", "help_of", "Sentence"}


def literals(node: ast.AST) -> Iterator[str]:
    """Yield the texts that an expression can be: a literal, or one of two of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def speaks(node: ast.AST) -> bool:
    """Say whether a node is a call that translates its first argument."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in SPEAKERS


def keys_in(path: Path) -> set[str]:
    """Return the texts that a module translates: literals, and those that a comprehension goes through."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if speaks(node):
            found |= set(literals(node.args[0]))  # type: ignore[attr-defined]
        if isinstance(node, ast.ListComp | ast.GeneratorExp) and speaks(node.elt):
            source = node.generators[0].iter
            found |= {key for part in getattr(source, "elts", ()) for key in literals(part)}
    return {key for key in found if re.search(r"[A-Za-z]{2}", re.sub(r"\{.*?\}", "", key))}


@dataclass(frozen=True)
class Raised:
    """One call that makes an error of the family: its texts, None for one that is not literal, and its values."""

    where: str
    texts: tuple[str | None, ...]
    values: frozenset[str | None]


@cache
def trees() -> dict[str, ast.Module]:
    """Return every module of the package as a tree, by path."""
    return {
        str(path.relative_to(SRC)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SRC.rglob("*.py"))
    }


@cache
def family() -> frozenset[str]:
    """Return the names of `QuanyuError` and of every class below it."""
    classes = [node for tree in trees().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    names = {"QuanyuError"}
    while more := {one.name for one in classes if names & set(map(name_of, one.bases))} - names:
        names |= more
    return frozenset(names)


def name_of(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def sentences(node: ast.AST, constants: Mapping[str, ast.AST]) -> Iterator[str | None]:
    """Yield the sentences an argument can be: literals, also of a condition or a constant; None for all else."""
    if isinstance(node, ast.IfExp):
        yield from sentences(node.body, constants)
        yield from sentences(node.orelse, constants)
    elif isinstance(node, ast.Name) and node.id in constants:
        yield from sentences(constants[node.id], {})
    else:
        yield node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def raised_in(tree: ast.Module, path: str) -> Iterator[Raised]:
    constants = {name_of(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in family():
            texts = tuple(text for argument in node.args for text in sentences(argument, constants))
            yield Raised(f"{path}:{node.lineno}", texts, frozenset(word.arg for word in node.keywords))


def raised() -> list[Raised]:
    """Return every call in the package that makes an error of the family."""
    return [one for path, tree in trees().items() for one in raised_in(tree, path)]


def spoken() -> dict[str, str]:
    """Return every text that is shown, with where it stands."""
    found = {key: str(path.relative_to(SRC)) for path in SRC.rglob("*.py") for key in keys_in(path)}
    data = {
        "loop": [step.label for step in STEPS],
        "actions": [
            text for action in actions() for text in (action.label, action.said, action.role) if text
        ],
        "channels": [channel.label for channel in channels()],
        "commands": [TITLE, *(one.summary for one in COMMANDS)],
        "checks": [check.label for check in CHECKS.values()],
        "status": [*Status.__args__, "done", "fresh", "due", "refused"],
        "reasons": list(SENTENCES),
        "traits": [trait.note for trait in TRAITS if trait.note],
        "rfm": [group.action for group in GROUPS],
        "settings": list(SAID.values()),
        "outlook": [*outlook.SENTENCES, *(one.name for one in (*CHINESE, *WESTERN))],
        "lifetimes": [*lifetime_check.SENTENCES, *order_value.MONEY.values(), *order_value.SENTENCES],
        "act": [*REASONS.values(), *STATUSES],
        "experiments": [*NO_READING.values(), *VERDICTS.values()],
        "budget": [
            *DOUBTS.values(),
            *REFUSALS.values(),
            *(text for words in (TEST_KINDS, NO_TEST, UNREAD, TEST_VERDICTS) for text in words.values()),
            *STATES.values(),
            *JOBS.values(),
            *STAGES.values(),
            *TOTALS.values(),
        ],
        "decisions": [*get_args(DecisionStatus), *KINDS.values()],
        "ledger/fault.py": [
            text for _, *texts in (*SQLITE.values(), *POSTGRES.values(), OTHER) for text in texts if text
        ],
    }
    errors = {text: one.where for one in raised() for text in one.texts if text}
    return found | errors | {text: where for where, texts in data.items() for text in texts}


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def test_every_text_is_translated() -> None:
    chinese = catalogue("zh")
    missing = {key: where for key, where in spoken().items() if key not in chinese}
    assert not missing, "\n".join(
        f"{where}: {key!r}" for key, where in sorted(missing.items(), key=lambda one: one[::-1])
    )


def test_errors_are_literal_sentences() -> None:
    """A message with values already in it, or put together, has no translation."""
    assert len(raised()) > 80
    assert not [one.where for one in raised() if None in one.texts or not one.texts]


def test_errors_give_every_value_that_their_sentences_name() -> None:
    lacking = {
        one.where: places("".join(filter(None, one.texts))) - one.values
        for one in raised()
        if None not in one.values
    }
    assert not {where: names for where, names in lacking.items() if names}


@pytest.mark.parametrize(
    "call",
    ['f"There is no {x}."', '"There is no " + x', '"There is no {}.".format(x)', "x", '"No.", hint', "*x"],
)
def test_an_error_that_cannot_be_translated_is_seen(call: str) -> None:
    (one,) = raised_in(ast.parse(f"raise SettingError({call})"), "example")
    assert None in one.texts


def test_both_sentences_of_a_condition_and_constants_are_read() -> None:
    told = 'HINT = "Look."\nraise SettingError("Yes {n}." if n else "No.", HINT, n=n)'
    (one,) = raised_in(ast.parse(told), "example")
    assert (one.texts, one.values) == (("Yes {n}.", "No.", "Look."), {"n"})


def test_translations_fill_the_same_places() -> None:
    wrong = {key: text for key, text in catalogue("zh").items() if places(key) != places(text)}
    assert not wrong


@pytest.mark.parametrize("path", sorted((LOCALE / "zh").glob("*.po")), ids=lambda path: path.stem)
def test_catalogues_are_gettext(path: Path) -> None:
    """Every block is comments, one msgid, one msgstr, so that any gettext editor reads it."""
    from babel.messages.pofile import read_po

    with path.open("rb") as stream:
        read_po(stream, locale="zh", abort_invalid=True)
