"""Values of traits are told as people say them."""

from __future__ import annotations

import pytest

from quanyu.understand.trait import catalogue
from quanyu.web.pages.portraits import trait_value
from quanyu.web.view import View

BY_NAME = {trait.name: trait for trait in catalogue.TRAITS}


@pytest.mark.parametrize(("language", "said"), [("zh", ("周一", "周日")), ("en", ("Monday", "Sunday"))])
def test_a_weekday_has_its_name(language: str, said: tuple[str, str]) -> None:
    view = View(None, None, language, "/portraits", {})  # type: ignore[arg-type]
    trait = BY_NAME["favourite_weekday"]
    assert (trait_value(view, trait, 1), trait_value(view, trait, 7)) == said
