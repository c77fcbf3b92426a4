"""The committed reference pages say what the program says, and nothing is left out of them."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from unittest import mock

import pytest

import quanyu
from quanyu.cli.commands import COMMANDS
from quanyu.collect.layout.catalogue import layouts
from quanyu.loop import STEPS
from quanyu.settings import Settings
from quanyu.tables import CONTRACTS
from quanyu.tables.metric.catalogue import METRICS
from quanyu.understand.trait.catalogue import TRAITS

ROOT = Path(__file__).parents[2]


@pytest.fixture(name="generator", scope="module")
def generator_fixture() -> Iterator[ModuleType]:
    """Load the program that writes the pages; the language it sets is forgotten afterwards."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with mock.patch.dict(os.environ):
        spec.loader.exec_module(module)
        yield module


@pytest.fixture(scope="module")
def pages(generator: ModuleType) -> dict[str, str]:
    return dict(generator.pages())


def page(name: str) -> str:
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def test_committed_pages_are_what_the_program_says(pages: dict[str, str]) -> None:
    stale = [name for name, text in pages.items() if page(name) != text]
    assert not stale, f"make docs; stale: {stale}"


def test_the_map_of_the_house_is_what_the_house_is(generator: ModuleType) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert generator.contributing(text) == text, "make docs"


def test_every_command_table_setting_layout_metric_trait_and_step_is_documented(
    generator: ModuleType,
) -> None:
    names = {
        "commands.md": [f"## quanyu {one.name}" for one in COMMANDS],
        "tables.md": [f"## {name}\n" for name in CONTRACTS],
        "settings.md": [f"| `{row[0]}` " for row in generator.setting_rows(Settings)],
        "layouts.md": [f"| `{one.name}` " for one in layouts()],
        "metrics.md": [f"| `{name}` " for name in METRICS],
        "traits.md": [f"| `{one.name}` " for one in TRAITS],
        "steps.md": [f"| `{one.name}` " for one in STEPS],
    }
    missing = {name: [word for word in words if word not in page(name)] for name, words in names.items()}
    assert not any(missing.values()), missing


def test_every_setting_says_what_it_means(generator: ModuleType) -> None:
    assert all(row[-1] for row in generator.setting_rows(Settings))


def test_the_public_root_is_small_sorted_and_documented() -> None:
    assert list(quanyu.__all__) == sorted(quanyu.__all__) == sorted(quanyu.HOMES)
    assert len(quanyu.__all__) <= 12
    assert all((getattr(quanyu, name).__doc__ or "").strip() for name in quanyu.__all__)
