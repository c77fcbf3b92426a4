"""Every text that a user sees has a Chinese translation with the same places to fill."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import quanyu
from quanyu.cli.commands import COMMANDS, TITLE
from quanyu.collect.examination import CHECKS
from quanyu.collect.load import Status
from quanyu.collect.reason import SENTENCES
from quanyu.loop import STEPS
from quanyu.text import LOCALE, catalogue
from quanyu.understand.catalogue import TRAITS
from quanyu.understand.rfm import GROUPS

SRC = Path(quanyu.__file__).parent
SPEAKERS = {"translate", "say", "help_of"}


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
    return {key for key in found if re.search(r"[A-Za-z]{2}", key)}


def spoken() -> dict[str, str]:
    """Return every text that is shown, with where it stands."""
    found = {key: str(path.relative_to(SRC)) for path in SRC.rglob("*.py") for key in keys_in(path)}
    data = {
        "loop": [step.label for step in STEPS],
        "commands": [TITLE, *(one.summary for one in COMMANDS)],
        "checks": [check.label for check in CHECKS.values()],
        "status": [*Status.__args__, "done", "fresh", "due", "refused"],
        "reasons": list(SENTENCES),
        "traits": [trait.note for trait in TRAITS if trait.note],
        "rfm": [group.action for group in GROUPS],
    }
    return found | {text: where for where, texts in data.items() for text in texts}


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def test_every_text_is_translated() -> None:
    chinese = catalogue("zh")
    missing = {key: where for key, where in spoken().items() if key not in chinese}
    assert not missing, "\n".join(
        f"{where}: {key!r}" for key, where in sorted(missing.items(), key=lambda one: one[::-1])
    )


def test_translations_fill_the_same_places() -> None:
    wrong = {key: text for key, text in catalogue("zh").items() if places(key) != places(text)}
    assert not wrong


@pytest.mark.parametrize("path", sorted((LOCALE / "zh").glob("*.po")), ids=lambda path: path.stem)
def test_catalogues_are_gettext(path: Path) -> None:
    """Every block is comments, one msgid, one msgstr, so that any gettext editor reads it."""
    from babel.messages.pofile import read_po

    with path.open("rb") as stream:
        read_po(stream, locale="zh", abort_invalid=True)
