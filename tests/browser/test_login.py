"""Signing in, in a browser: the form, what each role sees, and pages that stop when somebody signs out elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.conftest import add_user

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]


@pytest.mark.parametrize(("width", "language", "said"), [(1280, "zh", "登录"), (390, "en", "Sign in")])
def test_the_login_is_a_plain_form_in_both_languages(team, visit: Visitor, width, language, said) -> None:
    here = visit(team.base, width)
    here.speak(language)
    here.page.goto(f"{team.base}/metrics?grain=week")
    assert here.page.locator("h1").inner_text() == said
    assert here.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    grave = [
        v["id"] for v in Axe().run(here.page).response["violations"] if v["impact"] in ("serious", "critical")
    ]
    assert not grave
    here.page.fill("#name", "li")
    here.page.fill("#password", "wrong words of mine")
    here.page.keyboard.press("Enter")
    wrong = {"zh": "用户名或密码不正确", "en": "Name or password is wrong"}[language]
    assert wrong in here.page.locator("[role=alert]").inner_text()
    assert here.page.input_value("#name") == "li"
    here.page.fill("#password", "four words of mine")
    here.page.keyboard.press("Enter")
    here.settled()
    assert here.page.url == f"{team.base}/metrics?grain=week"
    assert here.page.locator(".own").is_visible()
    (cookie,) = [one for one in here.page.context.cookies() if one["name"] != "quanyu_language"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["secure"]) == (True, "Lax", False)
    assert not here.seen.outside
    assert [one for one in here.seen.errors if "401" not in one] == []


def test_each_role_sees_its_pages_and_is_told_of_others(team, visit: Visitor) -> None:
    shown = {"li": {"/people", "/data"}, "zhao": {"/people", "/data"}, "qian": {"/people"}, "sun": set()}
    for name, wanted in shown.items():
        here = visit(team.base)
        page = here.sign_in(name)
        listed = set(
            page.eval_on_selector_all(".side a", "links => links.map(one => new URL(one.href).pathname)")
        )
        assert listed & {"/people", "/data"} == wanted
        here.speak("en")
        with page.expect_response(lambda answer: answer.request.is_navigation_request()) as answered:
            here.open("/data")
        may = "/data" in wanted
        assert answered.value.status == (200 if may else 403)
        assert page.get_by_text("This page is not for the role").count() == (not may)


def test_only_who_decides_sees_the_buttons(team, visit: Visitor) -> None:
    for name, n_may in (("王芳", True), ("zhao", False)):
        here = visit(team.base)
        here.sign_in(name, "/audiences")
        here.speak("en")
        page = here.open("/audiences")
        assert bool(page.get_by_role("button", name="Approve").count()) == n_may


def test_signing_out_elsewhere_stops_an_open_page(team, visit: Visitor) -> None:
    open_page, elsewhere = visit(team.base), visit(team.base)
    page = open_page.sign_in("qian", "/people")
    other = elsewhere.sign_in("qian", "/account")
    other.locator("form[action='/logout'] button").last.click()
    other.wait_for_url("**/login")
    page.wait_for_timeout(1100)
    # Whatever comes first over the socket finds the session over; then there is only the login to click on.
    page.get_by_role("button", name="查找").or_(page.locator("#password")).first.click()
    page.wait_for_url("**/login")
    assert elsewhere.page.request.get(f"{team.base}/people", headers={"accept": "text/html"}).url.endswith(
        "next=%2Fpeople"
    )


def test_a_password_is_changed_and_the_old_one_opens_nothing(team, visit: Visitor) -> None:
    add_user(team.root, "zhou", "viewer")
    here = visit(team.base, 390)
    page = here.sign_in("zhou", "/account")
    here.speak("en")
    page = here.open("/account")

    def change(old: str, new: str, again: str) -> None:
        for name, value in (("old", old), ("new", new), ("again", again)):
            page.fill(f"input[data-name={name}]", value)
        page.get_by_role("button", name="Change the password").click()

    change("four words of mine", "other words of mine", "other words of yours")
    page.get_by_text("not the same").wait_for()
    change("some words of mine", "other words of mine", "other words of mine")
    page.get_by_text("old password is another").wait_for()
    change("four words of mine", "other words of mine", "other words of mine")
    page.wait_for_url("**/login*")
    page.fill("#name", "zhou")
    page.fill("#password", "four words of mine")
    page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()
    page.fill("#password", "other words of mine")
    page.keyboard.press("Enter")
    page.wait_for_selector(".own")


@pytest.mark.parametrize("path", ["/login", "/logout"])
@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
def test_a_form_of_another_site_is_refused(team, path, origin) -> None:
    said = {"name": "li", "password": "four words of mine"}
    headers = {"origin": origin} if origin else {}
    assert httpx.post(team.base + path, data=said, headers=headers).status_code == 403


def test_without_a_session_nothing_is_told(team) -> None:
    socket = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    for path in ("/", "/people", "/list/x.csv", socket, "/openapi.json", "/docs"):
        assert httpx.get(team.base + path).status_code == 401


def test_a_proxy_is_believed_as_far_as_it_saw_itself(team) -> None:
    """What stands left of the address that the trusted proxy saw was made up by whoever asked."""
    origin = "https://quanyu.example.cn"
    headers = {"host": "quanyu.example.cn", "origin": origin, "x-forwarded-proto": "https"}

    def enter(password: str, seen_by_proxy: str) -> httpx.Response:
        more = {**headers, "x-forwarded-for": seen_by_proxy}
        return httpx.post(f"{team.base}/login", data={"name": "王芳", "password": password}, headers=more)

    answers = [enter("four words of others", f"198.51.100.{n}, 203.0.113.9").status_code for n in range(10)]
    assert answers[:5] == [401] * 5
    assert 429 in answers
    entered = enter("four words of mine", "203.0.113.10")
    assert entered.status_code == 303
    assert {"secure", "httponly", "samesite=lax"} <= {
        part.strip().lower() for part in entered.headers["set-cookie"].split(";")
    }
    assert httpx.get(team.base, headers={"host": "evil.example"}).status_code == 400
