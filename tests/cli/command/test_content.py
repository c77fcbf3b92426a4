"""`quanyu content`: files, versions, previews, checks and their exit codes; `quanyu text prices`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
MAIL = """
channel: mail
note: first
subject: 新茶到了
variants:
  - name: warm
    share: 0.5
    html_file: warm.html
  - name: plain
    text: "{{ person.name | default: '朋友' }}，新茶到了 https://shop.cn/tea"
"""
HTML = "<h1>{{ person.name | default: '朋友' }}，新茶到了</h1><p>今年春天的茶已经到店，欢迎来品尝，也欢迎把您的想法告诉我们。<a href='https://shop.cn/a'>看看</a></p>"


@pytest.fixture
def mail(shop: Path) -> Path:
    (shop / "tea.yaml").write_text(MAIL, encoding="utf-8")
    (shop / "warm.html").write_text(HTML, encoding="utf-8")
    return shop / "tea.yaml"


def person(command: Command) -> str:
    answer = command("sql", "SELECT person_id FROM people ORDER BY 1 LIMIT 1", "--json")
    return str(json.loads(answer.out)[0]["person_id"])


def test_a_content_from_its_file_to_its_check(command: Command, mail: Path) -> None:
    assert "No content yet" in command("content", "list").out
    assert command("content", "add", "tea.yaml").out.strip() == "Content tea, version 1"
    mail.write_text(MAIL.replace("first", "second").replace("0.5", "0.25"), encoding="utf-8")
    assert json.loads(command("content", "add", "tea.yaml", "--json").out)["version"] == 2
    listed = json.loads(command("content", "list", "--json").out)
    assert [(one["content_id"], one["version"], one["note"]) for one in listed] == [("tea", 2, "second")]
    shown = command("content", "show", "tea")
    assert "[warm] 25%" in shown.out and "first" in shown.out and "<h1>" in shown.out
    assert "[warm] 50%" in command("content", "show", "tea", "--version", "1").out
    seen = command("content", "preview", "tea", "--person", person(command), "--output", "seen.html")
    assert "https://shop.cn/a?utm_source=mail" in seen.out and "/u/" in seen.out
    assert "/c/" in Path("seen.html").read_text(encoding="utf-8")
    assert "新茶到了" in command("content", "preview", "tea", "--variant", "plain").out
    checked = command("content", "check", "tea", "--for", "bought", "--json")
    told = json.loads(checked.out)
    assert (checked.code, told["version"], told["is_blocked"]) == (0, 2, False) and told["n_people"] > 0


def test_what_stands_in_the_way_has_its_exit_code(command: Command, shop: Path) -> None:
    (shop / "x.json").write_text(
        json.dumps({"channel": "sms", "text": "最好的茶 {{ person.city }}"}), encoding="utf-8"
    )
    assert command("content", "add", "x.json").code == 0
    checked = command("content", "check", "x")
    assert checked.code == 21 and "findings stand in the way" in checked.err
    assert "person.city" in checked.out and "广告法 9(3)" in checked.out


@pytest.mark.parametrize(("text", "said"), [
    ("channel: sms\ntext: '{{ person.nmae }}'", "Did you mean 'person.name'?"),
    ("channel: sms\ntext: '{% fro %}'", "Did you mean 'for'?"),
    ("channel: smss\ntext: a", "Did you mean 'sms'?"),
    ("channel: sms\ntxt: a", "Did you mean 'text'?"),
    ("channel: sms\nvariants: [{txt: a}]", "Did you mean 'text'?"),
    ("channel: sms\nvariants: 3", "no list of contents"),
    ("channel: sms\ntext: [a", "Mend line"),
    ("channel: sms\ncategory: tea\ntext: a", "The field category"),
    ("channel: sms\nvariants: [{share: 0.7, text: a}, {share: 0.7, text: b}]", "add up to 1.4"),
    ("channel: sms\nvariants: [{name: a, text: a}, {name: a, text: b}]", "the same name"),
    ("name: a/b\nchannel: sms\ntext: a", "cannot be the name"),
    ("channel: mail\nhtml_file: none.html", "none.html cannot be read"),
    ("- a", "holds no content"),
    ("channel: mail\nsubject: s\nhtml: '<p hidden><a href=\"{{ link.unsubscribe }}\">x</a></p>'", "people do not see"),
])  # fmt: skip
def test_a_file_that_cannot_be_kept_is_told(command: Command, shop: Path, text: str, said: str) -> None:
    (shop / "x.yaml").write_text(text, encoding="utf-8")
    answer = command("content", "add", "x.yaml")
    assert answer.code in (14, 21) and said in answer.err, answer.err


def test_what_is_not_there_is_told_with_the_nearest(command: Command, mail: Path) -> None:
    command("content", "add", "tea.yaml")
    assert "Did you mean 'tea'?" in command("content", "show", "tee").err
    assert "no version 9" in command("content", "show", "tea", "--version", "9").err
    assert "Variants: warm, plain" in command("content", "preview", "tea", "--variant", "cold").err
    assert "no person 'nobody'" in command("content", "preview", "tea", "--person", "nobody").err
    assert command("content", "add", "none.yaml").code == 21


def test_a_price_is_held_against_what_was_paid(command: Command, shop: Path) -> None:
    sql = "SELECT item_id FROM order_lines WHERE unit_price_amount IS NOT NULL ORDER BY 1 LIMIT 1"
    item = str(json.loads(command("sql", sql, "--json").out)[0]["item_id"])
    answer = command("text", "prices", item, "--now", "0.5", "--was", "99999", "--json")
    told = json.loads(answer.out)
    assert answer.code == 18 and told["refusals"][0]["article"] == 16
    fine = command("text", "prices", item, "--now", "0.5", "--was", str(told["reference"]))
    assert fine.code == 0 and "the highest price to compare with" in fine.out
    assert "There is no item 'none'" in command("text", "prices", "none", "--now", "1").err
