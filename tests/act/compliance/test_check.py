"""The check of texts against labelled sentences, disguises and places; and what public reports tell of such filters."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.act.compliance import CHECK_TEXT, check_text
from quanyu.act.compliance.kind import KINDS
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

SENTENCES = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text("utf-8"))["sentence"]


def is_blocked(text: str, category: Any = "general") -> bool:
    return check_text(text, category).is_blocked


def blocked(sentences: list[dict[str, Any]]) -> list[str]:
    return [one["text"] for one in sentences if is_blocked(one["text"], one.get("category", "general"))]


@pytest.mark.parametrize(
    "one", [one for one in SENTENCES if not one.get("held")], ids=lambda one: one["text"]
)
def test_a_bad_sentence_is_blocked_and_a_harmless_one_is_not(one: dict[str, Any]) -> None:
    assert one["why"]
    assert is_blocked(one["text"], one.get("category", "general")) == one["is_bad"], one["why"]


def test_sentences_that_were_held_out_are_told_apart() -> None:
    bad = [one for one in SENTENCES if one.get("held") and one["is_bad"]]
    harmless = [one for one in SENTENCES if one.get("held") and not one["is_bad"]]
    assert min(len(bad), len(harmless)) >= 30
    assert len(blocked(bad)) >= 0.95 * len(bad)
    assert len(blocked(harmless)) <= 0.065 * len(harmless)


def test_public_sentences_are_told_apart(datasets: Path) -> None:
    with (datasets / "zh_ad_terms" / "test_sentences.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    bad = [row for row in rows if row["expected_action"] == "block"]
    rest = [row for row in rows if row["expected_action"] != "block"]
    assert (len(bad), len(rest)) == (26, 47)
    assert len(blocked(bad)) == 26
    assert len(blocked(rest)) <= 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这是最佳", "最佳"),
        ("這是絕佳產品", "絕佳"),
        ("卖点：Ｎｏ．１！", "Ｎｏ．１"),
        ("好物 最\u200b\u2060佳 选择", "最\u200b\u2060佳 选择"),
        ("🎉最🎉强🎉", "最🎉强"),
        ("👨‍👩‍👧 zui好用", "zui好用"),
        ("ZuiHao de", "ZuiHao"),
        ("纟色佳", "纟色佳"),
        ("第①名", "第①名"),
        ("最\u0301佳", "最\u0301佳"),
    ],
)
def test_places_are_those_of_the_text_as_it_was_given(text: str, found: str) -> None:
    findings = [one for one in check_text(text).findings if one.severity == "blocked"]
    assert [one.found for one in findings] == [found]
    assert all(text[one.start : one.end] == one.found for one in findings)


INSERTED = st.text(st.sampled_from("\u200b\u200c\u200d\ufeff\u00ad\u2060*-_·~ ./|+#@^&￥"), max_size=2)


@given(st.sampled_from(["最佳", "顶级", "国家级", "独一无二", "全网最低"]), st.data())
def test_nothing_put_between_the_characters_of_a_term_hides_it(term: str, data: st.DataObject) -> None:
    noise = [data.draw(INSERTED) for _ in term[1:]]
    written = term[0] + "".join(gap + char for gap, char in zip(noise, term[1:], strict=True))
    checked = check_text("这款" + written + "的杯子")
    assert checked.is_blocked
    first = next(one for one in checked.findings if one.severity == "blocked")
    assert (first.start, first.end) == (2, 2 + len(written))


@given(st.text(max_size=80))
def test_any_text_can_be_checked_and_places_lie_within_it(text: str) -> None:
    for one in check_text(text, "finance").findings:
        assert 0 <= one.start <= one.end <= len(text)
        assert text[one.start : one.end] == one.found


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe classic grass, obscure circumstance; the bestseller of bestiary",  # a term within a word
        "请访问 www.no1shop.example",
        "国家知识产权公告", "传递一份心意", "多喝水，醉意全无", "单独家庭装",
        "最近最后最终最初最早最晚",
        "好的，最\n佳木斯发货",  # lines are not read across
    ],
)  # fmt: skip
def test_a_term_within_another_word_is_none(text: str) -> None:
    assert not is_blocked(text)


def test_a_short_term_is_found_where_a_longer_one_begins_and_breaks_off() -> None:
    assert [one.found for one in check_text("世界一品，顶级").findings if one.severity == "blocked"] == [
        "顶级"
    ]
    assert [one.found for one in check_text("最高级别墅").findings if one.severity == "blocked"] == ["最高级"]


def test_a_harmless_word_does_not_excuse_the_term_that_holds_it() -> None:
    assert is_blocked("喝了不再犯困，醉好喝")
    assert not is_blocked("小心喝醉，好喝也要少喝")
    assert is_blocked("最近，我们是全国第一")


@pytest.mark.parametrize(
    ("text", "category", "kind"),
    [
        ("累计售出300万件", "general", "figure"),
        ("满意度提升98%", "general", "figure"),
        ("采用专利技术", "general", "patent"),
        ("下单送好礼", "general", "gift"),
        ("关注即可参与抽奖", "general", "lottery"),
        ("亲测好用，点击购买链接", "general", "mark"),
        ("原价299，现价99", "general", "price"),
        ("最后一天，错过不再", "general", "urgency"),
    ],
)
def test_what_needs_proof_or_more_words_is_warned_of(text: str, category: Any, kind: str) -> None:
    checked = check_text(text, category)
    assert kind in {one.kind for one in checked.findings if one.severity == "warn"}
    assert not checked.is_blocked


@pytest.mark.parametrize(
    "text",
    [
        "累计售出300万件（数据来源：公司年报）", "专利号ZL202010123456.7", "下单送保温杯1个", "全场8折，满300减50，折扣20%",
        "抽奖规则：共10名", "广告 亲测好用，点击购买链接",
    ],
)  # fmt: skip
def test_what_has_its_proof_is_not(text: str) -> None:
    assert [one for one in check_text(text).findings if one.severity != "note"] == []


@pytest.mark.parametrize(
    ("category", "sentence"),
    [
        ("health_food", "本品不能代替药物"),
        ("medicine", "请按药品说明书或者在药师指导下购买和使用"),
        ("device", "请仔细阅读产品说明书或者在医务人员的指导下购买和使用"),
        ("finance", "投资有风险，决策需谨慎"),
    ],
)
def test_a_sentence_that_the_law_asks_for_is_missed(category: Any, sentence: str) -> None:
    checked = check_text("新品上市", category)
    assert [(one.kind, one.start, one.end) for one in checked.findings] == [("missing", 4, 4)]
    assert sentence in checked.findings[0].suggestion["zh"]
    assert check_text("新品上市。" + sentence, category).findings == ()
    assert check_text("新品上市", "general").findings == ()


def test_what_medicine_may_say_food_may_not() -> None:
    fixed = "请按药品说明书或者在药师指导下购买和使用"
    assert not is_blocked("用于缓解感冒引起的止痛、消炎。" + fixed, "medicine")
    assert is_blocked("止痛、消炎。" + fixed, "food")
    assert is_blocked("根治感冒。" + fixed, "medicine")


def test_no_comparison_with_own_goods_excuses_an_effect_on_health() -> None:
    assert not is_blocked("本系列中最有效的一款")
    assert is_blocked("本系列中最有效的一款。本品不能代替药物", "health_food")


def test_a_finding_says_why_in_both_languages_with_its_article() -> None:
    (finding,) = check_text("顶级").findings
    assert finding.article == "广告法 9(3)"
    assert finding.why["en"].startswith("An absolute term") and "绝对化" in finding.why["zh"]
    assert all(kind.article and kind.why and kind.suggestion for kind in KINDS.values())


def test_a_disguise_is_told() -> None:
    assert [one.is_disguised for one in check_text("顶级。顶 级").findings] == [False, True]


def test_pinyin_is_not_looked_for_in_english() -> None:
    assert check_text("Di Yi is our founder", language="en").findings == ()
    assert check_text("di一", language="zh").is_blocked


def test_the_action_checks(embedded: Workspace) -> None:
    checked = perform(embedded, CHECK_TEXT, {"text": "顶级", "category": "food"}, Caller("test"))
    assert checked.is_blocked
    assert CHECK_TEXT.writes is False
