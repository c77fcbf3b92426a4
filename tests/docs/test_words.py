"""Every text that a user sees has a Chinese translation with the same places to fill, and no translation is left over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from docs.texts.catalogues import update
from docs.texts.extract import SRC, lost, said, texts

from quanyu.text import LOCALE, catalogue

CHINESE = LOCALE / "zh"


@pytest.fixture(scope="module")
def shown_texts() -> Mapping[str, str]:
    """Every text of the house with its place."""
    return texts()


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def test_every_text_is_translated(shown_texts: Mapping[str, str]) -> None:
    missing = [f"{place}: {text!r}" for text, place in shown_texts.items() if text not in catalogue("zh")]
    assert not missing, "\n".join(["No translation; make texts, then fill it in:", *missing])


def test_every_text_that_is_shown_is_found(shown_texts: Mapping[str, str]) -> None:
    """A text put together, or from a table that is not typed, has no translation that anybody could write."""
    assert len(shown_texts) > 1000
    assert not lost(), "\n".join(["Not a literal and not typed as a Text:", *lost()])


def test_no_translation_is_left_over(shown_texts: Mapping[str, str]) -> None:
    assert not sorted(catalogue("zh").keys() - shown_texts.keys()), "make texts"


def test_translations_fill_the_same_places() -> None:
    wrong = {key: text for key, text in catalogue("zh").items() if places(key) != places(text)}
    assert not wrong


def test_what_is_said_is_given_every_value_that_it_names(shown_texts: Mapping[str, str]) -> None:
    lacking = {
        f"{text.path}:{text.line}": places(text.text) - text.given
        for listed in said(SRC).values()
        for text in listed
        if text.text and text.given is not None and None not in text.given
    }
    assert not {where: names for where, names in lacking.items() if names}


def test_catalogues_stand_as_they_are_written(shown_texts: Mapping[str, str], tmp_path: Path) -> None:
    """Every block is comments, one msgid, one msgstr, so that any gettext editor reads it."""
    for path in CHINESE.glob("*.po"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    update(tmp_path, shown_texts)
    written, kept = (
        {path.name: path.read_bytes() for path in folder.glob("*.po")} for folder in (tmp_path, CHINESE)
    )
    assert not {name for name in written if written[name] != kept.get(name)}, "make texts"


def test_new_texts_come_to_the_file_of_their_room_and_old_ones_go(tmp_path: Path) -> None:
    web, act = tmp_path / "web.po", tmp_path / "act.po"
    web.write_text('msgid "Gone"\nmsgstr "去了"\n\nmsgid "Kept"\nmsgstr "留下"\n', encoding="utf-8")
    shown = {"Kept": "quanyu/act/a.py:1", "New\nlines": "quanyu/web/b.py:2", "Elsewhere": "quanyu/act/a.py:3"}
    assert update(tmp_path, shown) == {"New\nlines": "quanyu/web/b.py:2", "Elsewhere": "quanyu/act/a.py:3"}
    assert re.findall(r'msgid "(\w+)"', web.read_text("utf-8")) == ["Kept"]
    assert ("留下" in web.read_text("utf-8"), "New\\n" in web.read_text("utf-8")) == (True, True)
    assert re.findall(r'msgid "(\w+)"', act.read_text("utf-8")) == ["Elsewhere"]


HOUSE = {
    "errors.py": "class QuanyuError(Exception): ...\nclass SettingError(QuanyuError): ...\n",
    "text.py": "Text = str\ndef translate(message: Text, language='zh', /, **values): ...\n",
    "step.py": "from quanyu.text import Text\n@dataclass\nclass Step:\n    name: str\n    label: Text\n    note: Text = ''\n",
}
HEADS = """from quanyu.errors import SettingError
from quanyu.step import Step
from quanyu.text import Text, translate
"""


def example(folder: Path, code: str) -> tuple[set[str], list[str]]:
    """Return the texts and the lost places of a house with one module more."""
    for name, source in {**HOUSE, "act/__init__.py": "", "act/example.py": HEADS + code}.items():
        path = folder / "quanyu" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return set(texts(folder)), lost(folder)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('translate("Yes {n}." if n else "No.", "en", n=n)', {"Yes {n}.", "No."}),
        (
            'Step("rfm", "Group buyers", note=note or "once")\nnote: Text = "never"',
            {"Group buyers", "once", "never"},
        ),
        ('HINT = "Look."\nraise SettingError("It is {x}.", HINT, x=x)', {"It is {x}.", "Look."}),
        ('WORDS: Mapping[str, Text] = MappingProxyType({"a": "One", "b": "Two"})', {"One", "Two"}),
        ('PARTS: dict[str, tuple[Text, int]] = {"a": ("One", 1)}', {"One"}),
        ('Status = Annotated[Literal["done", "failed"], Text]', {"done", "failed"}),
        ('def title(n: int) -> Text:\n    return "Some" if n else "None"', {"Some", "None"}),
        ("def f(step: Step):\n    return translate(step.label)", set()),
        ('def f():\n    heads = ("A", "B")\n    return [translate(head) for head in heads]', {"A", "B"}),
        (
            'def f():\n    for key, word in (("a", "One"), ("b", "Two")):\n        translate(word)',
            {"One", "Two"},
        ),
    ],
)
def test_a_text_is_found(code: str, shown: set[str], tmp_path: Path) -> None:
    assert example(tmp_path, code) == (shown, [])


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ('WORDS = {"a": "One"}\ntranslate(WORDS[key])', "WORDS"),
        ('WORDS = ("One", "Two")\nfor word in WORDS:\n    translate(word)', "word"),
        ("def f(label: str):\n    return translate(label)", "label: str"),
        ("class Head:\n    label: str\ndef f(head: Head):\n    return translate(head.label)", "head.label"),
        ('Step("rfm", f"Group {x}")', "f'Group {x}'"),
        ('raise SettingError(f"There is no {x}.")', "f'There is no {x}.'"),
        ('raise SettingError("There is no " + x)', "'There is no ' + x"),
        ('raise SettingError("There is no {}.".format(x))', "'There is no {}.'.format(x)"),
        ('raise SettingError("No.", hint)', "hint"),
        ("raise SettingError(*x)", "*x"),
    ],
)
def test_a_text_that_cannot_be_translated_is_seen(code: str, where: str, tmp_path: Path) -> None:
    line = HEADS.count("\n") + 1
    (place,) = example(tmp_path, code)[1]
    assert re.fullmatch(
        rf"quanyu/act/example\.py:({line}|{line + 1}|{line + 2}|{line + 3}): {re.escape(where)}", place
    )


def test_what_a_template_says_is_found_with_its_place(tmp_path: Path) -> None:
    example(tmp_path, "")
    page = '<h1>{{ title }}</h1>\n<p>{{ tr("{n} rows", n=n) if n else tr("No rows") }}</p>\n'
    (tmp_path / "quanyu" / "page.html").write_text(page, encoding="utf-8")
    assert texts(tmp_path) == {"{n} rows": "quanyu/page.html:2", "No rows": "quanyu/page.html:2"}
