"""The report of a small shop: complete, self-contained, in both languages; an empty one says what to do
next."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from quanyu import ledger
from quanyu.figure import money
from quanyu.ledger import Campaign
from quanyu.ledger.journey import Journey, documents, road
from quanyu.plan import report
from quanyu.plan.campaign import keep_truths
from quanyu.plan.report import GREEN, RED, render, write_report
from quanyu.plan.review import review
from quanyu.tables import contract
from quanyu.tables.metric.catalogue import metric
from quanyu.tables.view.slice_names import slice_name

AS_OF = dt.date(2026, 11, 20)
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Checks that tags close, and collects what the page links to and what it shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack, self.links, self.ids, self.shown = [], [], set(), []
        self.feed(text)
        assert not self.stack

    def handle_starttag(self, tag, attrs) -> None:
        found = dict(attrs)
        self.links += [found[name] for name in ("href", "src") if found.get(name)]
        self.ids |= {found["id"]} if "id" in found else set()
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        pass

    def handle_endtag(self, tag) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data) -> None:
        if "style" not in self.stack:
            self.shown.append(data)


def write_metrics(ws, days: int = 90) -> float:
    """Write metrics of a shop with two channels by hand; return the net revenue of the last 30 days."""
    rows = []
    for at in range(1, days + 1):
        on = AS_OF - dt.timedelta(days=at)
        for dimension, part, share in (
            ("all", "all", 1.0),
            ("channel", "taobao", 0.75),
            ("channel", "jd", 0.25),
        ):
            rows += [
                (name, "day", on, dimension, part, value * share, 1.0) for name, value in ONE_DAY.items()
            ]
    for since, until, on in ((30, 0, AS_OF - dt.timedelta(days=30)), (60, 30, AS_OF - dt.timedelta(days=60))):
        for dimension, part, share in (
            ("all", "all", 1.0),
            ("channel", "taobao", 0.75),
            ("channel", "jd", 0.25),
        ):
            factor = share * (since - until) * (1.2 if until == 0 else 1.0)
            rows += [
                (name, "last_30", on, dimension, part, value * factor, 1.0) for name, value in ONE_DAY.items()
            ]
    rows += [("gmv", "last_7", AS_OF - dt.timedelta(days=7), "all", "all", 1.0, 1.0)]
    rows += [
        (name, "month", dt.date(2026, 10, 1), "all", "all", value * 31, 1.0)
        for name, value in ONE_DAY.items()
    ]
    names = ("metric", "grain", "on", "dimension", "slice", "numerator", "denominator")
    ws.warehouse.replace(
        "metrics", pa.table(dict(zip(names, zip(*rows, strict=True), strict=True))), by="measure"
    )
    return ONE_DAY["net_revenue"] * 36


ONE_DAY = {"gmv": 1200.0, "net_revenue": 1000.0, "n_orders": 12.0, "refund": 200.0}


def write_people(ws) -> None:
    rfm = {
        "person_id": ["p1", "p2", "p3"], "as_of": [AS_OF] * 3, "recency_days": [3, 90, 200], "frequency": [9, 4, 1],
        "monetary_amount": pa.array([9000, 3000, 50], pa.decimal128(18, 2)), "r_score": [5, 2, 1], "f_score": [5, 4, 1],
        "m_score": [5, 4, 1], "group": ["champions", "at_risk", "lost"], "fit_id": ["f"] * 3,
    }  # fmt: skip
    ws.warehouse.replace("rfm", pa.table(rfm), by="understand")
    portraits = {
        "person_id": ["p1", "p2", "p3"],
        "as_of": [AS_OF] * 3,
        "life_cycle": ["mature", "lost", "lost"],
    }
    ws.warehouse.replace("portraits", pa.table(portraits), by="understand")
    rejects = {
        "source": ["taobao_orders"], "file": ["a.csv"], "line": [3], "reason": ["<b>price</b> is negative"],
        "rejected_at": pa.array([dt.datetime(2026, 11, 1, tzinfo=dt.UTC)]),
    }  # fmt: skip
    ws.warehouse.replace("rejects", pa.table(rejects), by="collect")


@pytest.fixture
def ws(make_workspace):
    ws = make_workspace(name="测试 & 店铺")
    write_metrics(ws)
    write_people(ws)
    return ws


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_is_one_sound_page(ws, tmp_path: Path, language) -> None:
    text = write_report(ws, tmp_path / "out" / "report.html", language).read_text(encoding="utf-8")
    page = Page(text)
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert not re.search(r"<script|https?://|@import|url\(", text)
    assert text.count("<svg") >= 6 and text.count("<details") >= 3
    shown = " ".join(page.shown)
    assert "测试 & 店铺" in shown and "<b>price</b> is negative" in shown
    assert ("重要价值客户" in shown) == (language == "zh") != ("Champions" in shown)
    assert not re.search(r"\b(None|nan|Undefined)\b", shown)


def test_figures_are_those_of_the_table(ws) -> None:
    found = review(ws)
    card = found.card("net_revenue")
    assert card.value == 36_000 and card.change == pytest.approx(0.2)
    text = render(found, "zh")
    assert money(36_000.0) in text and "¥3.60万" in text and "+20.0%" in text
    assert [place.slice for place in found.places] == ["taobao", "jd"]
    assert found.places[0].share == 0.75


def test_the_colour_of_what_is_good_is_a_setting(ws) -> None:
    found = review(ws)
    assert f"--better: {RED}; --worse: {GREEN}" in render(found, "zh", good_is_red=True)
    assert f"--better: {GREEN}; --worse: {RED}" in render(found, "zh", good_is_red=False)


def test_the_report_says_what_stands_out(ws) -> None:
    text = render(review(ws), "en")
    assert "orders +20.0%" in text or "Net revenue of the last 30 days" in text
    assert "1 valuable buyers stay away; they have spent ¥3,000.00, 24.9% of all." in text


def write_credits(ws) -> None:
    rows = [
        {"model": model, "level": "channel", "key": key, "window": "30d", "conversions": n, "low": low, "high": high,
         "revenue_amount": revenue, "cost_amount": cost, "new_buyers": 2.0, "since": AS_OF, "as_of": AS_OF}
        for model, key, n, low, high, revenue, cost in (
            ("markov", "baidu", 60.0, 50.0, 70.0, Decimal(6000), Decimal(1500)),
            ("markov", "sms", 40.0, 30.0, 50.0, Decimal(4000), None),
            ("markov", "wanxiangtai", None, None, None, None, Decimal(900)),
            ("markov", "unattributed", 100.0, None, None, Decimal(9000), None),
            ("last", "baidu", 90.0, 80.0, 99.0, Decimal(9000), Decimal(1500)),
            ("last", "sms", 10.0, 5.0, 15.0, Decimal(1000), None),
            ("last", "unattributed", 100.0, None, None, Decimal(9000), None),
            ("claimed", "baidu", 250.0, None, None, None, Decimal(1500)),
        )
    ]  # fmt: skip
    schema = contract("credits").schema.to_pyarrow()
    ws.warehouse.replace("credits", pa.Table.from_pylist(rows, schema), by="measure")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_channels_stand_beside_cost_with_a_warning(ws, language) -> None:
    write_credits(ws)
    text = render(review(ws), language)
    shown = " ".join(Page(text).shown)
    assert "(50 – 70)" in shown
    assert "30.0%" in shown and "250" in shown and "4.00" in shown
    said = {
        "zh": "并不说明其中哪些本来就会发生",
        "en": "it does not say which of them would not have happened",
    }
    assert said[language] in shown and ("百度推广" in shown) == (language == "zh")
    assert not re.search(r"\b(None|nan|Undefined)\b", shown)


def write_campaign(ws) -> None:
    """Write a campaign of 120 people in two variants as it stands after the next turn."""
    states = [
        *[("treated", "delivered", "", "warm" if at % 2 else "plain") for at in range(80)],
        ("treated", "failed", "mailbox_unknown", "warm"),
        *[("control", "held_out", "control", "")] * 30, *[("", "suppressed", "no_consent", "")] * 9,
    ]  # fmt: skip
    at = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)
    rows = [
        {"campaign_id": "c7", "step": "1", "person_id": f"p{n}", "arm": arm, "channel": "mail", "status": status, "reason": reason,
         "why": "", "variant": variant, "changed_at": at}
        for n, (arm, status, reason, variant) in enumerate(states)
    ]  # fmt: skip
    design = {"rule": "in segment <lost>", "brief": {"channels": ["mail"]}}
    made = Campaign("c7", "c7", "Win <back>", "message", "mail", "done", design, at)
    with ws.ledger.begin() as connection:
        ledger.freeze(connection, made, [rows])
    shared = {"campaign_id": "c7", "as_of": AS_OF}
    lift = {"arm": "treated", "metric": "orders", "n_treated": 81, "n_control": 30, "mean_treated": 0.2, "mean_control": 0.1,
            "lift": 0.1, "lift_low": 0.02, "lift_high": 0.18, "is_final": True, "status": "measured", "fit_id": "f"}  # fmt: skip
    ws.warehouse.replace(
        "lifts", pa.Table.from_pylist([shared | lift], contract("lifts").schema.to_pyarrow()), by="measure"
    )
    told = [
        shared | {"channel": "mail", "variant": one, "other": other, "metric": metric, "n": 40, "n_did": 9, "n_other": 40,
                  "n_other_did": 5, "difference": sign * 0.2, "difference_low": sign * 0.2 - 0.1,
                  "difference_high": sign * 0.2 + 0.1, "verdict": "better" if sign > 0 else "worse"}
        for one, other, sign in (("plain", "warm", -1), ("warm", "plain", 1))
        for metric in ("opened", "clicked", "unsubscribed", "bought")
    ]  # fmt: skip
    ws.warehouse.replace(
        "variants", pa.Table.from_pylist(told, contract("variants").schema.to_pyarrow()), by="measure"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_campaign_is_told_with_everybody_in_it(ws, language, tmp_path) -> None:
    empty = " ".join(Page(render(review(ws), language)).shown)
    assert {"zh": "还没有发起过活动", "en": "No campaign has been launched yet"}[language] in empty
    write_campaign(ws)
    keep_truths(ws, {"c7": 0.09})
    found = review(ws)
    (told,) = found.campaigns
    assert told.n_audience == 120 == sum(told.states.values())
    assert [n for _, n in told.steps] == [120, 80, 18, 18, 18]
    text = render(found, language)
    shown = " ".join(Page(text).shown)
    assert "Win <back>" in shown and "in segment <lost>" in shown
    for words in ("+10", "(+2 – +18)", "+9", "+20", "(+10 – +30)"):
        assert words in shown, words
    said = {
        "zh": ("未同意该渠道的营销", "确实带来了订单", "领先"),
        "en": ("Has not agreed", "It surely brought orders", "Ahead"),
    }
    assert all(words in shown for words in said[language])
    assert text.count('class="truth"') == 2, "in the wide and in the narrow picture"
    assert 'class="truth"' in write_report(ws, tmp_path / "later.html", language).read_text("utf-8"), (
        "kept for later reports"
    )
    keep_truths(ws, {})
    assert 'class="truth"' not in render(review(ws), language), "a real shop knows no truth"
    assert not re.search(r"\b(None|nan|Undefined)\b", shown)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_journey_is_told_with_everybody_who_entered(ws, language) -> None:
    """Its own section, not one for each of its messages; every entry in one state, the truth beside the lift."""
    assert 'id="journeys"' not in render(review(ws), language)
    at = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)
    states = [
        ("done", ""),
        ("done", ""),
        ("active", ""),
        ("exited", "goal"),
        ("held_out", "control"),
        ("exited", "tired <of> it"),
    ]
    rows = [
        {"journey_id": "cart", "version": 1, "person_id": f"p{n}", "entity": "", "entry_key": f"p{n}", "arm": "treated",
         "state": state, "node": "", "variant": "", "reason": reason, "time_zone": "", "context": {},
         "n_moves": 0, "entered_at": at, "due_at": None, "changed_at": at}
        for n, (state, reason) in enumerate(states)
    ]  # fmt: skip
    with ws.ledger.begin() as connection:
        documents.save(connection, Journey("cart", 1, "live", {}, "li", at, at))
        documents.save(connection, Journey("later", 1, "draft", {}, "li", at))
        road.enrol(connection, rows)
        ledger.freeze(
            connection, Campaign("cart-v1-1", "cart-v1-1", "cart-v1-1", "journey", "sms", "done", {}, at), []
        )
    lift = {
        "campaign_id": "cart",
        "as_of": AS_OF,
        "arm": "treated",
        "metric": "orders",
        "n_treated": 5,
        "n_control": 1,
        "mean_treated": 0.3,
        "mean_control": 0.1,
        "lift": 0.2,
        "lift_low": 0.05,
        "lift_high": 0.35,
        "is_final": True,
        "status": "measured",
        "fit_id": "f",
    }
    ws.warehouse.replace(
        "lifts", pa.Table.from_pylist([lift], contract("lifts").schema.to_pyarrow()), by="measure"
    )
    keep_truths(ws, {"cart": 0.17})
    found = review(ws)
    (told,) = found.journeys
    assert (told.n_entries, told.states) == (6, {"done": 2, "active": 1, "exited": 2, "held_out": 1})
    assert not [one for one in found.campaigns if one.campaign_id == "cart-v1-1"]
    text = render(found, language)
    shown = " ".join(Page(text).shown)
    for words in (
        "+20",
        "(+5 – +35)",
        "+17",
        "tired <of> it",
        {"zh": "走完全程", "en": "Came to the end"}[language],
    ):
        assert words in shown, words
    assert text.count('class="truth"') == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_channels_have_the_names_of_the_console(ws, language) -> None:
    shown = " ".join(Page(render(review(ws), language)).shown)
    assert slice_name("taobao", language) in shown
    assert ("淘宝/天猫" in shown) == (language == "zh") != ("Taobao/Tmall" in shown)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_list_is_whole_though_its_rest_is_folded(ws, language) -> None:
    n = 30
    findings = {
        "table": ["orders"] * n, "column": [f"column_{at}" for at in range(n)], "check": ["completeness"] * n,
        "n_rows": [100] * n, "n_bad": list(range(n, 0, -1)), "severity": ["warning"] * n,
    }  # fmt: skip
    ws.warehouse.replace("findings", pa.table(findings), by="collect")
    rejects = {
        "source": ["s"] * n, "file": ["a.csv"] * n, "line": list(range(n)), "reason": [f"column_{at} is missing" for at in range(n)],
        "rejected_at": pa.array([dt.datetime(2026, 11, 1, tzinfo=dt.UTC)] * n),
    }  # fmt: skip
    ws.warehouse.replace("rejects", pa.table(rejects), by="collect")
    portraits = {
        "person_id": [f"p{at}" for at in range(n)], "as_of": [AS_OF] * n, "region": [f"region {at}" for at in range(n)],
    }  # fmt: skip
    ws.warehouse.replace("portraits", pa.table(portraits), by="understand")
    page = render(review(ws), language)
    shown = " ".join(Page(page).shown)
    assert all(shown.count(f"column_{at} ") >= 1 for at in range(n))
    assert all(f"region {at}" in shown for at in range(n))
    folded = {"zh": "另有 {n} 项", "en": "and {n} more"}[language]
    assert all(f"<summary>{folded.format(n=rest)}</summary>" in page for rest in (20, 22, 24))
    assert {"zh": "缺失值", "en": "Missing values"}[language] in shown
    assert {"zh": "column_3 缺失", "en": "column_3 is missing"}[language] in shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_metrics_without_data_are_named(ws, language) -> None:
    shown = " ".join(Page(render(review(ws), language)).shown)
    assert {"zh": "没有数据可算，未列出", "en": "Not shown, because the files hold nothing"}[
        language
    ] in shown
    assert metric("visitors").name_in(language) in shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_workspace_says_what_to_do_next(make_workspace, tmp_path: Path, language) -> None:
    text = write_report(make_workspace(), tmp_path / "report.html", language).read_text(encoding="utf-8")
    Page(text)
    assert "quanyu load orders.csv" in text


def _light(color: str) -> float:
    """The relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_text_of_the_report_stands_out_from_its_ground() -> None:
    style = (Path(report.__file__).parent / "report.css").read_text(encoding="utf-8")
    colors = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    for ground in ("paper", "wash"):
        for text in ("ink", "soft", "faint"):
            contrast = (_light(colors[ground]) + 0.05) / (_light(colors[text]) + 0.05)
            assert contrast >= 4.5, f"{text} on {ground}: {contrast:.2f}"
