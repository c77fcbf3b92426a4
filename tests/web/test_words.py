"""What the console says is said in the language of the browser."""

from __future__ import annotations

import pytest

from quanyu.text import Language
from quanyu.web.view import View


@pytest.mark.parametrize(("language", "said"), [("en", "There is no person p1."), ("zh", "p1")])
def test_a_sentence_is_said_in_the_language_of_the_browser(language: Language, said: str) -> None:
    view = View(None, None, language, "/people", {})  # type: ignore[arg-type]
    sentence = view.say("There is no person {person_id}.", person_id="p1")
    assert said in sentence
    assert sentence.isascii() == (language == "en")
