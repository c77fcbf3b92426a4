"""Every sentence of the console exists in Chinese."""

from __future__ import annotations

import ast
from pathlib import Path

import quanyu.web
from quanyu.act.channel import channels
from quanyu.loop import STEPS
from quanyu.tables import CONTRACTS
from quanyu.tables.view.model_names import CREDIT
from quanyu.text import catalogue
from quanyu.web.page import GROUPS, pages
from quanyu.web.pages.channels.channel_words import MEANING
from quanyu.web.pages.channels.channels import LEVEL
from quanyu.web.pages.data.data import PARTS
from quanyu.web.pages.labels import DIMENSIONS
from quanyu.web.pages.metrics import FAMILIES, GRAINS
from quanyu.web.parts.period import OFFERED
from quanyu.web.parts.table.grid import WORDS

ROOT = Path(quanyu.web.__file__).parent


def said() -> set[str]:
    found = set()
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            is_said = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "say"
            )
            if is_said and node.args and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
    return found


def test_every_sentence_is_translated() -> None:
    tables = [
        *(word for page in pages() for word in (page.title, page.short) if word),
        *(group for group in GROUPS if group),
        *(label for label, _ in PARTS.values()),
        *DIMENSIONS.values(),
        *FAMILIES,
        *GRAINS.values(),
        *WORDS.values(),
        *OFFERED.values(),
        *(channel.label for channel in channels()),
        *CREDIT.values(),
        *MEANING.values(),
        *LEVEL.values(),
        *(table.grain for table in CONTRACTS.values()),
    ]
    missing = sorted({*said(), *tables} - set(catalogue("zh")))
    assert not missing


def test_steps_have_chinese_labels() -> None:
    assert not [step.label for step in STEPS if step.label not in catalogue("zh")]
