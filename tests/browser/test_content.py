"""Writing a content in a real browser: what is sent, for whom, at which width, what is wrong with it; nothing in it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.browser.test_screens import look_over

from quanyu.text import translate

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]
HTML = (
    "<h1>Hi {{ person.name | default: 'you' }}</h1><p>Tea "
    "<img src='https://outside.example/a.jpg' alt='tea' onerror='parent.planted=1'><script>parent.planted = 1</script> "
    "<a href='https://shop.example/tea'>Look at the tea of this spring.</a></p>"
)


@pytest.mark.parametrize(("width", "language"), [(1280, "zh"), (390, "en")])
def test_a_content_is_written_seen_checked_and_kept(
    console: str, visit: Visitor, *, width: int, language: str
) -> None:
    def say(text: str, **values: object) -> str:
        return translate(text, language, **values)  # type: ignore[arg-type]

    tab = visit(console, width)
    tab.speak(language)
    page = tab.open("/content")
    page.get_by_role("link", name=say("New content")).click()
    page.wait_for_url("**/content/edit")
    tab.settled()
    page.locator("input[data-name=name]").fill(f"tea {language} <b>")
    page.locator("input[data-name=subject]").fill("最好的茶 {{ person.nmae }}")
    page.locator(".message .notice.stop", has_text="person.name").wait_for()
    page.locator("input[data-name=subject]").fill("最好的茶 {{ person.name }}")
    page.locator("textarea[data-name=html]").fill(HTML)
    frame = page.frame_locator("iframe.mail")
    frame.locator("h1", has_text="Hi").wait_for()
    assert page.locator("iframe.mail").get_attribute("sandbox") == ""
    assert page.evaluate("window.planted") is None
    page.locator(".found .mark.stop").first.wait_for()
    assert "最好" in page.locator(".found").inner_text()
    page.get_by_role("button", name=say("Phone"), exact=True).click()
    page.locator("iframe.mail[style*='375px']").wait_for()
    page.locator("input[data-name=person]").click()
    page.locator(".q-menu .q-item").nth(1).click()
    page.wait_for_function("!document.querySelector('.lead.subject')?.innerText.match(/李雷|Mary/)")
    page.locator("input[data-name=subject]").fill("茶 {{ coupon.code }}")
    page.locator(".found", has_text="coupon.code").wait_for()
    page.get_by_role("button", name=say("Count who would miss a variable")).click()
    page.locator(".found li", has_text="200").wait_for()
    page.locator("input[data-name=subject]").fill("茶到了")
    page.locator(".lead.subject", has_text="茶到了").wait_for()
    look_over(page, "/content/edit")
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.locator(".notice.stop", has_text="<b>").wait_for()
    page.locator("input[data-name=name]").fill(f"tea {language}")
    page.get_by_role("button", name=say("Add a variant")).click()
    page.get_by_role("button", name="B", exact=True).wait_for()
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.wait_for_url("**/content")
    tab.settled()
    line = page.locator(".contents li", has_text=f"tea {language}")
    assert say("Version {version}, {n} variants", version=1, n=2) in line.inner_text()
    line.locator("a").click()
    page.frame_locator("iframe.mail").locator("h1", has_text="Hi").wait_for()
    assert page.locator("textarea[data-name=html]").input_value() == HTML
    assert tab.seen.errors == [] and tab.seen.outside == []
