"""The console in a real browser: every screen, both widths, both languages, exports, search, empty states."""

from __future__ import annotations

import csv
import io
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytestmark = pytest.mark.browser

Visitor = Callable[..., Any]


def choose(page: Any, name: str, typed: str) -> None:
    """Choose in a drop-down by typing what an option is called."""
    field = page.locator(f"[data-name={name}]")
    (field if field.evaluate("e => e.tagName") == "INPUT" else field.locator("input").first).fill(typed)
    page.locator(".q-menu [role=option]", has_text=typed).first.click()


def a_person(base: str, visit: Visitor) -> str:
    page = visit(base).open("/people")
    href = page.locator(".list tbody a").first.get_attribute("href")
    assert href
    return str(href)


def test_chinese_first_english_by_a_switch_that_is_remembered(console: str, visit: Visitor) -> None:
    tab = visit(console)
    page = tab.open("/metrics?metric=gmv&grain=week")
    assert page.locator("h1").first.inner_text() == "指标探索"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="EN", exact=True).click()
    page.wait_for_function("document.documentElement.lang === 'en-US'")
    assert page.url.endswith("/metrics?metric=gmv&grain=week")
    page = tab.open("/data?part=quality")
    assert page.locator("h1").first.inner_text() == "Data and quality"
    shown = page.locator("#content").inner_text()
    assert not re.findall(r"[一-鿿]{2,}", shown)
    assert visit(console).open("/").locator("h1").first.inner_text() == "首页看板"


def test_a_chart_is_read_as_a_table_and_exported(console: str, visit: Visitor, tmp_path: Path) -> None:
    page = visit(console).open("/metrics?metric=net_revenue&period=last_7")
    panel = page.locator("section.panel", has=page.locator(".nicegui-echart")).first
    assert panel.locator("table").count() == 0
    panel.get_by_role("button", name="以表格查看").click()
    panel.locator("table tbody tr").first.wait_for()
    days = panel.locator("table tbody tr")
    assert days.count() == 7
    assert "¥" in days.first.inner_text()
    with page.expect_download() as saved:
        panel.get_by_role("button", name="Excel").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert file.suffix == ".xlsx"
    sheet = openpyxl.load_workbook(file).active
    assert (sheet.max_row, sheet["A1"].value) == (8, "日期")
    assert isinstance(sheet["B2"].value, int | float)
    with page.expect_download() as saved:
        panel.get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_bytes()
    assert text.startswith("\ufeff日期".encode())
    assert len(io.StringIO(text.decode("utf-8-sig")).readlines()) == 8
    panel.get_by_role("button", name="以表格查看").click()
    panel.locator(".nicegui-echart").wait_for()


def test_every_number_shows_its_definition_by_keyboard(console: str, visit: Visitor) -> None:
    page = visit(console).open("/")
    cards = page.locator("article.card")
    assert cards.count() >= 10
    assert page.locator("article.card .about").count() == cards.count()
    opener = page.locator("article.card .about").first
    opener.focus()
    page.keyboard.press("Enter")
    assert page.locator(".definition:popover-open").inner_text().strip()
    page.keyboard.press("Escape")
    assert page.locator(".definition:popover-open").count() == 0


def test_a_person_is_found_by_phone_and_shown_masked(console: str, visit: Visitor) -> None:
    tab = visit(console)
    page = tab.open("/people")
    page.get_by_role("searchbox").fill("13800000007")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_text("查找结果").wait_for()
    assert "13800000007" not in page.url
    page.locator(".list tbody a").first.click()
    page.wait_for_url("**/people/p*")
    page.wait_for_function(
        "document.querySelectorAll('.story li').length && !document.querySelector('.waiting')"
    )
    whole = page.content()
    assert "138****0007" in page.locator("#content").inner_text()
    assert "13800000007" not in whole
    assert "buyer7@example.com" not in whole
    assert page.locator(".facts dd").count() > 30
    assert "质量一般" not in whole or "<b>质量一般</b>" not in page.locator(".story").inner_html()


def test_a_group_leads_to_all_its_people_and_on_to_a_person(
    console: str, visit: Visitor, tmp_path: Path
) -> None:
    tab = visit(console)
    page = tab.open("/portraits")
    cell = page.locator("table.heat a").first
    cell.focus()
    assert "名单" in str(cell.get_attribute("aria-label"))
    assert page.locator(".strip a").count() == page.locator(".group a").count()
    page.locator(".group a").first.click()
    page.wait_for_url("**/people?rule=**")
    page.locator(".list tbody a").first.wait_for()
    told = page.locator("section.panel .note").last.inner_text()
    assert "共" in told
    n = int(re.sub(r"\D", "", told))
    assert page.locator(".list tbody tr").count() == min(n, 50)
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "people.csv")
    lines = (tmp_path / "people.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == n + 1
    assert "138****" in lines[1] and not re.search(r"138\d{8}", "".join(lines))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Excel").click()
    saved.value.save_as(tmp_path / "people.xlsx")
    assert openpyxl.load_workbook(tmp_path / "people.xlsx").active.max_row == n + 1
    link = page.locator(".list tbody a").first
    target = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**{target}")
    page.get_by_role("button", name="返回").click()
    page.wait_for_url("**/people?rule=**")
    assert tab.seen.errors == []


def test_a_list_turns_its_pages_and_is_sorted(console: str, visit: Visitor) -> None:
    page = visit(console).open("/people")
    first = page.locator(".list tbody a").first
    first.wait_for()
    richest = first.inner_text()
    page.locator(
        ".list .q-table__bottom button", has=page.locator("i", has_text="chevron_right")
    ).first.click()
    page.wait_for_function(
        "before => document.querySelector('.list tbody a').innerText !== before", arg=richest
    )
    page.locator(".list th", has_text="距上次购买天数").click()
    page.wait_for_function("document.querySelector('.list .q-table__bottom').innerText.includes('1-50')")
    days = [int(text) for text in page.locator(".list tbody tr td:nth-child(5)").all_inner_texts()]
    assert days == sorted(days)
    assert page.locator(".list th[aria-sort=ascending]").inner_text().endswith("距上次购买天数")
    page.wait_for_url("**by=recency_days**")
    choice, heads = page.locator(".column-choice"), page.locator(".list th")
    usual = heads.count()
    choice.locator("input").first.fill("年龄段")
    page.locator(".q-menu [role=option]", has_text="基础属性").first.click()
    page.keyboard.press("Escape")
    heads.filter(has_text="年龄段").wait_for()
    page.wait_for_url("**age_band**")
    choice.get_by_role("button", name="常用列").click()
    heads.filter(has_text="年龄段").wait_for(state="detached")
    assert heads.count() == usual
    nearest = page.locator(".list tbody a").first.inner_text()
    page.locator(".list tbody a").first.click()
    page.get_by_role("button", name="返回").click()
    page.locator(".list tbody a").first.wait_for()
    assert page.locator(".list tbody a").first.inner_text() == nearest, "page and order stay on Back"


def test_a_list_is_narrowed_by_conditions_with_names(console: str, visit: Visitor) -> None:
    page = visit(console).open("/people")
    n = int(re.sub(r"\D", "", page.locator("section.panel .note").last.inner_text()))
    page.locator("summary", has_text="缩小名单").click()
    page.locator(".picker input[role=combobox]").first.fill("购买次数")
    page.locator(".q-menu .q-item", has_text="frequency").first.click()
    page.locator(".picker .value input").fill("3")
    page.get_by_role("button", name="添加").click()
    page.wait_for_url("**rule=frequency**")
    page.get_by_role("heading", name="购买次数不低于 3").wait_for()
    assert int(re.sub(r"\D", "", page.locator("section.panel .note").last.inner_text())) < n


def test_a_search_takes_an_order_number_and_its_result_stays_on_back(console: str, visit: Visitor) -> None:
    page = visit(console).open("/people")
    page.get_by_role("searchbox").fill("o000001")
    page.get_by_role("button", name="查找").click()
    page.wait_for_url("**/people?found=*")
    assert "o000001" not in page.url
    page.locator(".list tbody a").first.wait_for()
    assert page.locator(".list tbody tr").count() == 1
    page.locator(".list tbody a").first.click()
    page.get_by_text("o000001").first.wait_for()
    page.get_by_role("button", name="返回").click()
    page.locator(".list tbody a").first.wait_for()
    assert page.locator(".list tbody tr").count() == 1


def test_value_says_whether_it_held_and_leads_to_people(console: str, visit: Visitor) -> None:
    page = visit(console).open("/value")
    assert page.locator("h1").first.inner_text() == "客户价值"
    assert page.locator("article.card").count() == 4
    model = page.locator("section.panel", has=page.locator("h2", has_text="NBD")).first
    assert model.locator("details:not([open]) tbody tr").count() == 7
    assert model.locator(".mark").first.inner_text() in {"合格", "不合格", "未检验"}
    assert re.search(r"偏[低高] \d+%|误差不到 1%", model.locator(".note").first.inner_text())
    assert re.search(r"买家预计在未来 \d+ 天带来", page.locator("p.lead").inner_text())
    page.locator(".group a").first.click()
    link = page.locator(".list tbody a").first
    link.wait_for()
    target = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**{target}")
    page.locator("h2", has_text="客户价值").wait_for()


def test_channels_compare_models_and_keep_the_choice_in_the_address(console: str, visit: Visitor) -> None:
    tab = visit(console)
    page = tab.open("/channels")
    assert page.locator("h1").first.inner_text() == "渠道与归因"
    assert "并不说明哪些订单没有广告就不会发生" in page.locator(".notice.warning").first.inner_text()
    assert page.locator("article.card").count() == 5
    assert "换了归属" in page.locator("#content").inner_text()
    assert (
        page.locator("section.panel", has=page.locator("h2", has_text="下单路径")).locator("svg path").count()
        > 3
    )
    choose(page, "model", "末次触点")
    page.wait_for_url("**model=last**")
    page.get_by_role("navigation", name="层级").get_by_role("link", name="活动", exact=True).click()
    page.wait_for_url("**level=campaign**")
    assert "model=last" in page.url
    page.get_by_role("link", name="7 天", exact=True).click()
    page.wait_for_url("**window=7d**")
    chart = page.locator("section.panel", has=page.locator("h2", has_text="各模型归因订单"))
    chart.get_by_role("button", name="表格").first.click()
    chart.locator("tbody tr").first.wait_for()
    assert tab.seen.errors == []


def test_an_audience_is_previewed_approved_and_accounted_for(console: str, visit: Visitor) -> None:
    tab = visit(console)
    page = tab.open("/audiences?rule=frequency+%3E%3D+1")
    rule = page.locator("textarea[data-name=rule]")
    rule.fill("frequncy > 40")
    page.locator(".said .notice.stop", has_text="frequency").wait_for()
    rule.fill("group = 重要价值客户")
    page.locator(".said", has_text="重要价值客户").wait_for()
    rule.fill("group = chmpions")
    page.locator(".said .notice.stop", has_text="champions").wait_for()
    rule.fill("")
    page.locator(".said", has_text="全部客户").wait_for()
    rule.fill("frequency >= 1 and recency_days >= 30")
    page.locator(".said", has_text="购买次数不低于 1").wait_for()
    page.get_by_role("button", name="预览").click()
    told = page.locator("#build article.card", has_text="将触达").locator(".value").inner_text()
    page.get_by_role("button", name="提交提案").click()
    page.get_by_text("人工提交").wait_for()
    assert page.locator(".proposal").count() == 2, "the proposal of the turn waits beside one's own"
    own = page.locator(".proposal", has_text="人工提交")
    reached = own.locator("article.card", has_text="将触达").locator(".value")
    assert reached.inner_text() == told and told.isdigit(), (
        "who is kept out is known before anything is proposed"
    )
    own.get_by_role("button", name="批准").click()
    page.locator(".ask input").fill("可以")
    page.locator(".ask").get_by_role("button", name="批准").click()
    page.get_by_text("已写入").first.wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="下载文件").first.click()
    assert saved.value.suggested_filename.endswith(".csv")
    assert page.locator(".proposal").count() == 1
    assert "对照" in page.locator("#content").inner_text()
    assert tab.seen.errors == []


def test_choices_stand_in_the_address(console: str, visit: Visitor) -> None:
    page = visit(console).open("/metrics")
    choose(page, "metric", "ROAS")
    page.wait_for_url("**metric=roas**")
    page.locator("[data-name=first]").locator("visible=true").first.fill("2026-06-01")
    page.get_by_role("button", name="查看", exact=True).click()
    page.wait_for_url("**since=2026-06-01**")
    page.get_by_role("link", name="近90天").click()
    page.wait_for_url("**period=last_90**")
    assert "metric=roas" in page.url


def test_an_address_that_leads_nowhere_keeps_the_frame_and_shows_the_way_home(
    console: str, visit: Visitor
) -> None:
    page = visit(console).page
    answer = page.goto(f"{console}/nothing/here")
    assert answer is not None and answer.status == 404
    assert page.locator("nav a", has_text="客户查询").count()
    assert "/nothing/here" in page.locator("#content").inner_text()
    page.get_by_role("link", name="回到首页").click()
    page.wait_for_url(f"{console}/")


def test_nonsense_is_answered_with_a_message(console: str, visit: Visitor) -> None:
    tab = visit(console)
    answer = tab.page.goto(f"{console}/people/p-nobody")
    assert answer is not None and answer.status == 404
    assert "没有客户" in tab.page.locator("#content").inner_text()
    answer = tab.page.goto(f"{console}/list/over.csv")
    assert answer is not None and answer.status == 404
    assert "请重新打开名单" in tab.page.locator("#content").inner_text()
    assert tab.page.locator("nav a", has_text="客户查询").count()
    assert (
        "是否指 champions" in tab.open("/people?rule=group+%3D+chmpions").locator(".notice.stop").inner_text()
    )
    page = tab.open("/metrics?metric=nothing")
    assert "nothing" in page.locator(".notice.stop").inner_text()
    page = tab.open("/?period=custom&since=2026-06-03&until=2026-06-01")
    assert page.locator(".notice.stop").count() == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_an_empty_workspace_says_what_to_do(empty_console: str, visit: Visitor, width: int) -> None:
    tab = visit(empty_console, width)
    for path in (
        "/",
        "/data",
        "/people",
        "/segments",
        "/segments/new",
        "/portraits",
        "/value",
        "/channels",
        "/budget",
        "/audiences",
        "/campaigns/new",
        "/consent",
        "/metrics",
    ):
        page = tab.open(path)
        assert "quanyu load" in page.locator("#content").inner_text(), path
        assert page.locator("h1").count() == 1, path
    assert "quanyu run" in tab.open("/data?part=quality").locator("#content").inner_text()
    assert tab.seen.errors == []


def test_only_this_machine_by_its_own_name(console: str) -> None:
    request = urllib.request.Request(console, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 400
    refused.value.close()


def test_a_known_page_answers_fast(console: str, visit: Visitor) -> None:
    visit(console).open("/")
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        with urllib.request.urlopen(console, timeout=10) as answer:
            answer.read()
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.3


def test_a_metric_is_told_by_two_dimensions_and_of_some_slices(console: str, visit: Visitor) -> None:
    tab = visit(console)
    page = tab.open("/metrics?grain=week&period=last_90")
    assert "影响最大的是" in page.locator("p.lead").inner_text()
    assert "其中结构" not in page.locator("#content").inner_text(), "a total has no mix"
    page.get_by_role("link", name="再按新老客").click()
    page.wait_for_url("**second=new_old**")
    chart = page.locator("section.panel", has=page.locator("h2", has_text="按渠道 × 新老客、按周"))
    chart.locator(".nicegui-echart").wait_for()
    page.locator("label", has=page.get_by_role("combobox", name="渠道")).first.click()
    page.locator(".q-menu [role=option]").first.click()
    page.keyboard.press("Escape")
    page.wait_for_url("**channel=**")
    page.get_by_role("link", name="清除筛选").wait_for()
    page = tab.open("/metrics?metric=refund_rate&channel=taobao,jd&period=last_90")
    page.locator("#content", has_text="其中结构").wait_for()
    page = tab.open("/metrics?metric=visitors&second=region&region=x")
    assert "再按" not in page.locator("#content").inner_text()
    assert "未生效" in page.locator(".notice.warning").inner_text()
    assert tab.seen.errors == []


def test_findings_are_sentences_with_what_to_do(console: str, visit: Visitor, tmp_path: Path) -> None:
    tab = visit(console)
    page = tab.open("/data?part=quality")
    assert page.locator("p.lead").inner_text()
    listed = page.locator("ul.issues > li")
    assert listed.count() > 1
    assert all("怎么办：" in (text or "") for text in listed.all_text_contents())
    page = tab.open("/data?part=rejects")
    n, n_reasons = (int(n) for n in re.findall(r"\d+", page.locator("p.lead").inner_text())[:2])
    reasons = page.locator(".refusals details")
    assert reasons.count() == n_reasons
    reasons.first.locator("summary").click()
    assert reasons.first.locator("tbody tr").first.is_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").first.click()
    saved.value.save_as(tmp_path / "refused.csv")
    text = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == n + 1 > 1
    assert tab.seen.errors == []
