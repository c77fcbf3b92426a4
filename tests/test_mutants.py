"""Every guard of a claim has a mutant that tests are named for; `make mutants` runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bench.mutants import ROOT, mutants

SOURCE = ROOT / "src" / "quanyu"
REFUSAL = re.compile(
    r'return Inconclusive\(|"status": "(running|refused)", "reason"|return "(refused|kept)", "'
    r'|return "(no_|earns_less|follows_|may_follow_|too_(few|short|small|steady)|busy|budget_moves|running|broken|unread)'
)
"""Where something is refused with a reason: by a method, a reading, a proposal."""


def context(file: Path) -> list[str]:
    """Return the texts from the guard to each refusal of a file: the two lines above it and its own."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [
        "\n".join(lines[max(0, at - 2) : at + 1]) for at, line in enumerate(lines) if REFUSAL.search(line)
    ]


@pytest.mark.parametrize("one", mutants(), ids=lambda one: one["guard"])
def test_a_mutant_still_says_what_it_changes(one: dict[str, str]) -> None:
    assert (ROOT / one["file"]).read_text(encoding="utf-8").count(one["old"]) == 1
    assert one["old"] != one["new"]
    assert one["tests"]
    assert all((ROOT / name.split("::")[0]).exists() for name in one["tests"])


def test_every_refusal_of_a_method_has_a_mutant() -> None:
    for file in sorted(SOURCE.rglob("*.py")):
        changed = [one["old"] for one in mutants() if ROOT / one["file"] == file]
        for seen in context(file):
            assert any(set(old.splitlines()) & set(seen.splitlines()) for old in changed), (
                f"{file.relative_to(ROOT)} refuses without a mutant in tests/mutants.toml:\n{seen}"
            )
