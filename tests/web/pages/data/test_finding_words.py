"""Every check has its sentences, and each fills all places of its own."""

from __future__ import annotations

import string

import pytest

from quanyu.collect.quality import CHECKS
from quanyu.web.pages.data.finding_words import WORDS

PLACES = {"n", "whole", "share", "value", "ratio", "money", "table", "column", "source", "reason"}


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_says_what_is_so_what_it_does_and_what_to_do(check: str) -> None:
    words = WORDS[check]
    assert {name for _, name, _, _ in string.Formatter().parse(words.says) if name} <= PLACES
    assert words.does.endswith(".") and words.do.endswith(".")
