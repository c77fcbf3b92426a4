"""A file says what its author wrote: words that YAML once took for yes and no, hours that it took for seconds, codes with zeros."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanyu.errors import JourneyError
from quanyu.part.document import read_document


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{on: [mon], off: 1, no: 2}", {"on": ["mon"], "off": 1, "no": 2}),
        ("time: 10:00", {"time": "10:00"}),
        ("exit: no", {"exit": "no"}),
        ("code: 007", {"code": "007"}),
        ("{a: true, b: false, c: 12, d: -3, e: 0.5, f: null}", {"a": True, "b": False, "c": 12, "d": -3, "e": 0.5, "f": None}),
    ],
)  # fmt: skip
def test_words_are_words(tmp_path: Path, text: str, meant: object) -> None:
    (tmp_path / "file.yaml").write_text(text, encoding="utf-8")
    assert read_document(tmp_path / "file.yaml", JourneyError) == meant


def test_a_file_makes_no_objects(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text("!!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(JourneyError):
        read_document(tmp_path / "file.yaml", JourneyError)
