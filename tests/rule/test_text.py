from __future__ import annotations

import ibis
import pytest

from quanyu.errors import QuanyuError, RuleError
from quanyu.rule import from_document, holds, parse, printed, typed
from quanyu.rule.tree import Apply, Literal, Name
from quanyu.text import told

KINDS = dict(
    ibis.schema({"frequency": "int64", "group": "string", "day": "date", "is_new": "boolean"}).items()
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        (" ; ;", ""),
        ("group in at_risk,lost;frequency>=2;", "group in at_risk, lost; frequency >= 2"),
        ("\n group  in\ta ,, b \n", 'group in a, "", b'),
        ("city=New York, NY", "city = New York, NY"),
        ("note != in out", "note != in out"),
        ("inn in in", "inn in in"),
        (
            "frequency >= 2 and group in a, b AND day > 2026-01-01",
            "frequency >= 2; group in a, b; day > 2026-01-01",
        ),
        ("frequency >= 2；city = 上海 且 is_new = true", "frequency >= 2; city = 上海; is_new = true"),
        ("city=上海 and day since 2026-01-01", "city = 上海; day since 2026-01-01"),
        ("city  within 5.50km of  (30.67,104.07) AND a = b", "city within 5.5 km of (30.67,104.07); a = b"),
        ("not city within 5 km of New York or a = b", "not city within 5 km of New York or a = b"),
        (
            "a = b and city within 5 km of Trinidad and Tobago",
            "a = b; city within 5 km of Trinidad and Tobago",
        ),
        ("region = Trinidad and Tobago; a = sand", "region = Trinidad and Tobago; a = sand"),
    ],
)
def test_what_is_written_is_read(text: str, wanted: str) -> None:
    assert printed(parse(text)) == wanted
    assert printed(parse(wanted)) == wanted


@pytest.mark.parametrize(
    ("rule", "sign"),
    [
        ("group at_risk", "at_risk"),
        ("frequency >= 2; = 3", "= 3"),
        ("frequency >= 2; 客户 = 3", "客户"),
        ("group in", ""),
        ("frequncy > 2", "frequncy"),
        ("group in a; frequency > many", "many"),
        ("frequency in 1,  two", "two"),
        ("frequency = nan", "nan"),
        ("group = 上海; day > 2026-13-01", "2026-13-01"),
        ("is_new = yes", "yes"),
    ],
)
def test_an_error_points_at_the_character(rule: str, sign: str) -> None:
    with pytest.raises(RuleError) as caught:
        typed(parse(rule), KINDS)
    _, line, caret, *_ = str(caught.value).splitlines()
    assert line == rule and caret.endswith("^")
    assert line[len(caret) - 1 :].startswith(sign)


def test_an_error_suggests_the_nearest_name_in_both_languages() -> None:
    with pytest.raises(RuleError, match="Did you mean 'frequency'") as caught:
        typed(parse("frequncy > 2"), KINDS)
    assert "没有可用于选人的标签 'frequncy'。" in told(caught.value, "zh")
    assert "您要的是“frequency”吗？" in told(caught.value, "zh")
    assert "frequency（购买次数）" in told(caught.value, "zh") and "frequency (Frequency)" in told(
        caught.value, "en"
    )


@pytest.mark.parametrize(
    "value",
    ["a;b", " a", "", "a\nb", 'say "hi"', "a or b = 2", "last 3 days", "x and y = 1", "\\", "(", "a, b"],
)
def test_a_value_that_could_be_read_as_more_stands_in_quotes(value: str) -> None:
    for tree in (
        Apply("=", (Name("group"), Literal(value))),
        Apply("in", (Name("group"), Literal(value), Literal("b"))),
    ):
        assert parse(printed(tree)).operands == (tree,)


def test_what_text_cannot_hold_is_not_written() -> None:
    with pytest.raises(RuleError, match="cannot be written"):
        printed(Apply("=", (Apply("+", (Name("a"), Name("b"))), Literal("1"))))


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        {"column": 1},
        {"or else": []},
        {"=": [{"column": "a"}]},
        {"=": "ab"},
        {"=": [1], "<": [1]},
    ],
)
def test_a_document_that_is_no_rule_is_refused(given: object) -> None:
    with pytest.raises(RuleError, match="no part of a rule"):
        from_document(given)


def test_a_bottomless_document_is_refused() -> None:
    given: object = "a"
    for _ in range(200):
        given = {"and": [given]}
    with pytest.raises(RuleError, match="no part of a rule"):
        from_document(given)


def test_a_value_is_typed_on_either_side_of_its_column() -> None:
    for given in ({"<": ["2", {"column": "frequency"}]}, {"<": [2, {"column": "frequency"}]}):
        tree = typed(from_document({"not": [given]}), KINDS)
        assert [holds(tree, {"frequency": n}) for n in (1, 3, None)] == [True, False, False]


@pytest.mark.parametrize(
    ("word", "number"), [("1,000", 1000.0), ("20%", 0.2), ("-12,345.5", -12345.5), ("7", 7.0)]
)
def test_a_number_is_read_as_people_write_it(word: str, number: float) -> None:
    condition = typed(Apply(">", (Name("frequency"), Literal(word))), KINDS)
    assert isinstance(condition, Apply) and condition.operands[1] == Literal(number)


@pytest.mark.parametrize("word", ["1,00", "1,0000", "%", "12%%", "abc"])
def test_what_is_no_number_is_refused_in_plain_words(word: str) -> None:
    with pytest.raises(RuleError, match="not a number such as") as caught:
        typed(parse(f"frequency > {word}"), KINDS)
    assert "数字（例如" in told(caught.value, "zh")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("group matches (?=a)", "every engine reads alike"),
        (r"group matches (a)\1", "every engine reads alike"),
        ('group matches "(a"', "every engine reads alike"),
        ("frequency contains 1", "not a text"),
        ("frequency within 5 km of 成都", "not a text"),
        ("group in last 30 days", "not a day or a moment"),
        ("anniversary of group in next 7 days", "not a day"),
        ("bought with total channel >= 2", "not a number"),
        ("bought where (chanel = own)", "Did you mean 'channel'"),
        ("bought where (in segment vip)", "its own columns"),
        ("bought >= 2 times on >= 3 days", "more than one count"),
        ("did product_view then bought", "needs the time"),
        ("bought_item taobao", "not told apart"),
        ("in random 200%", "between 0 and 1"),
        ("bought > many times", "a number"),
        ("group matches (a+)+b", "every engine reads alike"),
        ("bought in last 99999999 days", "more than 200 years"),
        ("bought in last 9999 months", "more than 200 years"),
        ("bought since 2026-02-30", "no day 2026-02-30"),
        ("day on 9999-12-31", "outside of the years"),
        ("day before 0001-01-01", "outside of the years"),
        ("did product_view then bought within 2 months", "no length"),
    ],
)
def test_a_rule_that_cannot_be_asked_says_why(rule: str, said: str) -> None:
    with pytest.raises(QuanyuError) as caught:
        typed(parse(rule), KINDS)
    assert said in told(caught.value, "en")


@pytest.mark.parametrize(
    "given",
    [
        {"measure": {"did": {"verb": "boght"}}},
        {"measure": {"did": {"verb": "bought"}, "window": {"start": [30, "fortnight"]}}},
        {"measure": {"did": {"verb": "bought"}, "window": {"start": "yesterday"}}},
        {"measure": {"did": {"verb": "bought"}, "aggregate": "sum"}},
        {"sequence": {"steps": [{"verb": "bought"}], "within": [1, "day"]}},
        {"member": {"kind": "club", "name": "vip"}},
        {"member": {"name": "vip"}},
        {"rank": {"column": "clv_amount"}},
        {"measure": {"did": {"verb": "did"}, "also": 1}},
        {"measure": {"did": {"verb": "bought"}, "window": {"start": [True, "day"]}}},
        {"during": {"operand": {"column": "day"}, "window": 3}},
        {"near": {"operand": "city", "km": 5, "of": "a"}},
        {"near": {"operand": {"column": "city"}, "km": "5", "of": "a"}},
        {"near": {"operand": {"column": "city"}, "of": "a"}},
    ],
)
def test_a_leaf_that_is_none_is_refused(given: object) -> None:
    with pytest.raises(RuleError, match="no part of a rule"):
        from_document(given)
