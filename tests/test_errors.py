"""Errors and sentences are told in the reader's language, what they carry included."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import ibis
import pytest

import quanyu
from quanyu.collect.layout.declare import read_layout
from quanyu.collect.quality.quality import _joined
from quanyu.errors import QuanyuError, SettingError
from quanyu.tables import contract
from quanyu.text import Sentence, message_and_hint, told
from quanyu.understand.trait.custom import Formula


def test_an_error_is_told_in_both_languages() -> None:
    with pytest.raises(QuanyuError) as caught:
        contract("gold")
    assert told(caught.value, "zh").startswith("没有名为“gold”的表。\n可用的表：events, orders")
    assert told(caught.value, "en") == str(caught.value)


def test_a_sentence_is_its_english_text_and_survives_copies() -> None:
    made = Sentence("the time {time} has no time zone; give an aware time", time="9:00")
    for one in (made, copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert one == "the time 9:00 has no time zone; give an aware time"
        assert told(one, "zh") == "时间 9:00 没有时区；请给出带时区的时间"
    assert told("{not} a sentence", "zh") == "{not} a sentence"


def test_a_message_of_several_lines_keeps_its_hint_apart() -> None:
    error = QuanyuError("The query failed: {error}", "Export it again.", error="one\ntwo")
    assert message_and_hint(error, "zh") == ("查询失败：one\ntwo", "请重新导出。")


def test_sentences_within_sentences_are_told_too() -> None:
    one, other = (
        Sentence("{name} is {value:.4g}, allowed is {limit:.4g}", name=name, value=0.25, limit=0.1)
        for name in ("orders.range", "orders.future")
    )
    both = _joined([one, other])
    assert both == "orders.range is 0.25, allowed is 0.1; orders.future is 0.25, allowed is 0.1"
    assert told(both, "zh") == (
        "orders.range 为 0.25，允许的界限是 0.1；orders.future 为 0.25，允许的界限是 0.1"
    )


def test_what_is_wrong_within_a_layout_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('match = ["x"]\n[orders]\ngold = "x"\n', encoding="utf-8")
    with pytest.raises(SettingError, match=r"orders has no column 'gold'; allowed: order_id") as caught:
        read_layout(file)
    assert f"版式文件 {file} 第 3 行有误：表 orders 没有列“gold”；允许的有：order_id" in told(
        caught.value, "zh"
    )


def test_what_is_wrong_within_a_trait_is_told() -> None:
    with pytest.raises(SettingError, match="is not allowed") as caught:
        Formula("mine", "(SELECT 1)")(ibis.table({"n_orders": "int64"}, name="facts"))
    assert "特征“mine”无法由 '(SELECT 1)' 算出：不允许使用" in told(caught.value, "zh")


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ('language = "fr"', "设置“language”的值为 'fr'：允许的值：'zh' or 'en'。"),
        ("threads = -1", "设置“threads”的值为 -1：应不小于 0。"),
        ('threads = "many"', "应为整数，这段文本读不成整数"),
        ("tmezone = 1", "没有这个名称的设置项；相近的有：“timezone”"),
        ('rises_are_red = "blue"', "应为布尔值（true 或 false）"),
        ('timezone = "Mars"', "'Mars' 不是 IANA 时区"),
        ("name = 3", "应为文本"),
    ],
)
def test_wrong_settings_are_told_in_chinese(tmp_path: Path, text: str, chinese: str) -> None:
    quanyu.workspace.create(tmp_path)
    (tmp_path / "quanyu.toml").write_text(text)
    with pytest.raises(SettingError) as caught:
        quanyu.workspace.open(tmp_path)
    assert chinese in told(caught.value, "zh"), told(caught.value, "zh")
