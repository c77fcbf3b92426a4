"""A file says what its author wrote: words that YAML once took for yes and no, hours that it took for seconds."""

from __future__ import annotations

import pytest

from quanyu.errors import JourneyError
from quanyu.part.document import document_of


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{on: [mon], off: 1, no: 2}", {"on": ["mon"], "off": 1, "no": 2}),
        ("time: 10:00", {"time": "10:00"}),
        ("exit: no", {"exit": "no"}),
        ("{a: true, b: false, c: 12, d: -3, e: 0.5, f: null}", {"a": True, "b": False, "c": 12, "d": -3, "e": 0.5, "f": None}),
    ],
)  # fmt: skip
def test_words_are_words(text: str, meant: object) -> None:
    assert document_of(text, "it", JourneyError) == meant


def test_a_file_makes_no_objects() -> None:
    with pytest.raises(JourneyError):
        document_of("!!python/object/apply:os.getcwd []", "it", JourneyError)
