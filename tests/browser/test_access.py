"""Users, keys, the audit log and what is shown in clear, used in a browser by an owner and others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

import quanyu.workspace
from quanyu import ledger

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]


def look_over(page: Any) -> None:
    """Say that a page fits and that nobody is kept out by how it is made."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    grave = [(v["id"], v["nodes"][0]["target"]) for v in found if v["impact"] in ("serious", "critical")]
    assert not grave
    assert page.locator(".notice.stop").count() == 0


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "zh")])
def test_an_owner_adds_a_user_and_changes_them(team, visit: Visitor, width, language) -> None:
    words = {
        "en": (
            "Add",
            "Disable new{}",
            "Enable new{}",
            "Your account",
            "Revoke robot{}",
            "Make a key",
            "I have kept it",
        ),
        "zh": ("添加", "停用 new{}", "启用 new{}", "我的账户", "吊销 robot{}", "创建密钥", "我已保存"),
    }[language]
    add, disable, enable, account, revoke, make, kept = (word.format(width) for word in words)
    here = visit(team.base, width)
    page = here.sign_in("li")
    here.speak(language)
    page = here.open("/users")
    look_over(page)
    name = f"new{width}"
    page.fill("input[data-name=name]", name)
    page.fill("input[data-name=password]", "short")
    page.get_by_role("button", name=add, exact=True).click()
    page.locator(".notice.stop").wait_for()
    page.fill("input[data-name=password]", "four words of mine")
    page.get_by_role("button", name=add, exact=True).click()
    line = page.locator(f'li[data-user="{name}"]')
    line.wait_for()
    line.get_by_role("button", name=disable).click()
    line.get_by_role("button", name=enable).click()
    line.get_by_role("button", name=disable).wait_for()
    page.fill("input[data-name=key-name]", f"robot{width}")
    page.get_by_role("button", name=make).click()
    secret = page.locator("[data-name=secret]").inner_text()
    page.get_by_role("button", name=kept).click()
    page.get_by_role("button", name=revoke).wait_for()
    assert secret not in page.content()
    ws = quanyu.workspace.open(team.root)
    assert ledger.find_key(ws.ledger, secret, at=ws.now()).role == "viewer"
    page.get_by_role("button", name=revoke).click()
    page.get_by_role("button", name=revoke).wait_for(state="detached")
    assert ledger.find_key(ws.ledger, secret, at=ws.now()) is None
    ws.close()
    look_over(here.open("/account"))
    assert page.locator("h1").inner_text() == account
    assert here.seen.errors == []


def test_the_last_owner_cannot_be_placed_elsewhere(team, visit: Visitor) -> None:
    here = visit(team.base)
    page = here.sign_in("li", "/users")
    line = page.locator('li[data-user="li"]')
    line.get_by_role("combobox").click()
    page.get_by_role("option", name="只读").click()
    page.locator(".notice.stop").wait_for()
    assert "最后一位" in page.locator(".notice.stop").inner_text()


@pytest.mark.parametrize(("width", "language", "who"), [(390, "zh", "谁"), (1280, "en", "Who")])
def test_the_audit_log_is_filtered_paged_and_saved(
    team, visit: Visitor, tmp_path, *, width, language, who
) -> None:
    here = visit(team.base, width)
    page = here.sign_in("li")
    here.speak(language)
    page = here.open("/audit")
    look_over(page)
    page.get_by_role("combobox", name=who).first.click()
    page.get_by_role("option", name="root", exact=True).click()
    page.wait_for_url("**who=root**")
    here.settled()
    page.get_by_role("cell", name="root").nth(4).wait_for()
    assert page.locator("tbody td:nth-child(2)").evaluate_all(
        "cells => cells.every(one => one.innerText == 'root')"
    )
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV").click()
    saved.value.save_as(tmp_path / "audit.csv")
    lines = (tmp_path / "audit.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) > 5
    assert all(",root," in line for line in lines[1:])
    page = here.open("/audit?who=nobody&since=2026-01-01&until=no+day&page=99")
    assert page.locator(".empty").count() == 1
    page = here.open("/audit?page=99")
    assert page.locator("tbody tr").count() > 0


def test_what_is_shown_in_clear_and_saved_stands_in_the_log(team, visit: Visitor) -> None:
    served, looked = visit(team.base), visit(team.base)
    page = served.sign_in("qian", "/people")
    assert page.get_by_role("button", name="CSV").count() == 0, "who serves people saves no lists"
    address = page.locator(".list tbody a").first.get_attribute("href")
    page = served.open(address)
    masked = page.content()
    page.get_by_role("button", name="显示明文电话、邮箱和姓名").click()
    page.locator(".in-clear dl").wait_for()
    shown = page.locator(".in-clear dd").all_inner_texts()
    assert any("@" in text or text.startswith("+86") for text in shown)
    assert not [text for text in shown if len(text) > 3 and text in masked]
    page = looked.sign_in("zhao", address)
    assert page.get_by_role("button", name="显示明文").count() == 0, "an analyst sees no one in clear"
    page = looked.open("/people")
    with page.expect_download():
        page.get_by_role("button", name="CSV").first.click()
    ws = quanyu.workspace.open(team.root)
    (reveal,) = ledger.list_edits(ws.ledger, who="qian", record="actions")
    (saved,) = ledger.list_edits(ws.ledger, who="zhao", record="actions")
    ws.close()
    assert (reveal.key, reveal.after["person_id"]) == ("reveal_person", address.removeprefix("/people/"))
    assert (saved.key, saved.after["format"], saved.after["n_people"] > 100) == ("save_people", "csv", True)
    assert not [text for text in shown if len(text) > 3 and text in str(reveal.after)]
