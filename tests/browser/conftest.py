"""A real console on a free port and a real Chromium that may only talk to it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import quanyu.workspace
from quanyu import ledger, loop
from quanyu.part.access import user
from quanyu.part.action import Caller, perform

FLAGS = ("--headless", "--no-sandbox", "--disable-background-networking", "--disable-gpu")

PASSWORD = "four words of mine"
TEAM = {"li": "owner", "王芳": "marketer", "zhao": "analyst", "qian": "agent", "sun": "viewer"}

SETTLED = """() => document.querySelector('#content')?.children.length && !document.querySelector('.waiting')
    && [...document.querySelectorAll('.nicegui-echart')].every(figure => {
        const chart = getElement(figure.id.slice(1))?.chart
        return !figure.offsetWidth || chart?.getZr().animation.isFinished() && figure.querySelector('svg, canvas')
    })"""
"""Nothing is being read any more, and every chart that is seen stands still."""


@dataclass
class Seen:
    """What the browser complained of, whom it asked, and what it asked the one before it."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


class Tab:
    """A browser tab with cookies of its own that one visit after another takes: what it has compiled stays."""

    def __init__(self, chromium: Browser) -> None:
        self.page = chromium.new_context(accept_downloads=True, reduced_motion="reduce").new_page()
        self.page.set_default_timeout(30_000)
        self.base, self.seen = "", Seen()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.seen.errors.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url))
        self.page.on("dialog", self._told)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.seen.errors.append(message.text)

    def _asked(self, url: str) -> None:
        own = (self.base, self.base.replace("http", "ws"), "data:", "blob:", "about:")
        if not self.base or not url.startswith(own):
            self.seen.outside.append(url)

    def _told(self, dialog: Any) -> None:
        self.seen.dialogs.append(dialog.message)
        dialog.dismiss()

    def clear(self) -> None:
        """Leave the page and forget whoever was here."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()


@dataclass
class Visit:
    """A visit of the console in a tab."""

    page: Page
    base: str
    seen: Seen

    def open(self, path: str) -> Page:
        """Open an address and wait until nothing is being read or drawn any more."""
        self.page.goto(self.base + path, wait_until="commit")
        return self.settled()

    def sign_in(self, name: str, path: str = "/", password: str = PASSWORD) -> Page:
        """Sign in through the form, on the way to an address."""
        self.page.goto(self.base + path)
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        # The form is settled too: what is opened before its answer came would break the signing in off.
        with self.page.expect_navigation(wait_until="commit"):
            self.page.keyboard.press("Enter")
        return self.settled()

    def settled(self) -> Page:
        """Wait until nothing is being read or drawn any more."""
        self.page.wait_for_function(SETTLED)
        return self.page

    def speak(self, language: str) -> None:
        """Choose a language, as its link does."""
        self.page.request.get(f"{self.base}/language/{language}", max_redirects=0)


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Serve a workspace's console in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "quanyu.web", "--workspace", str(root), "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    log = (root.parent / f"console-{port}.log").open("w+")
    with subprocess.Popen(
        command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=root.parent
    ) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            for _ in range(240):
                if process.poll() is not None:
                    break
                try:
                    urllib.request.urlopen(f"{base}/static/mark.svg", timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.25)
            assert process.poll() is None, Path(log.name).read_text()
            yield base
        finally:
            process.terminate()
            process.wait(20)
            log.close()


def chromium_path() -> str:
    """Return where Chromium is: what CHROMIUM names, else the system's."""
    found = (os.environ.get("CHROMIUM"), shutil.which("chromium"), shutil.which("google-chrome"))
    return next((path for path in found if path), "/usr/bin/chromium")


def written_shop(folder: Path) -> Path:
    """Return a workspace with a small shop after one turn of the loop."""
    spec = importlib.util.spec_from_file_location("shop", Path(__file__).with_name("shop.py"))
    assert spec
    assert spec.loader
    shop = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shop)
    ws = quanyu.workspace.create(folder, name=f"示例店铺{shop.PLANTED}")
    shop.write_shop(ws, people=200)
    for name, rule in shop.SEGMENTS.items():
        ledger.save_segment(ws.ledger, name, rule, shop.PLANTED, who="li", at=ws.now())
    loop.run(ws)
    shop.write_test(ws)
    loop.run(ws, only="budget")
    loop.run(ws, only="proposal")
    ws.close()
    return folder


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with a small shop."""
    return written_shop(tmp_path_factory.mktemp("console") / "shop")


@pytest.fixture(scope="session")
def console(shop_folder: Path) -> Iterator[str]:
    """Return the address of a console over a small shop."""
    with serving(shop_folder) as base:
        yield base


@dataclass(frozen=True)
class Team:
    """A console whose users sign in: its address and its workspace."""

    base: str
    root: Path


def add_user(root: Path, name: str, role: str) -> None:
    """Let somebody sign in with `PASSWORD`."""
    ws = quanyu.workspace.open(root)
    perform(ws, user.ADD, {"name": name, "role": role, "password": PASSWORD}, Caller("root"))
    ws.close()


@pytest.fixture(scope="session")
def team(shop_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Return a console over the same shop, where a user of each role signs in with `PASSWORD`."""
    root = tmp_path_factory.mktemp("team") / "shop"
    shutil.copytree(shop_folder, root)
    with (root / "quanyu.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[web]\nhosts = ["quanyu.example.cn"]\nproxies = ["127.0.0.1"]\n')
        settings.write(
            '\n[sms]\nprovider = "aliyun"\nkey_id = "id"\nkey_secret = "secret"\nsignature = "店"\n'
        )
    for name, role in TEAM.items():
        add_user(root, name, role)
    with serving(root) as base:
        yield Team(base, root)


@pytest.fixture(scope="session")
def empty_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a console over a workspace without data."""
    root = tmp_path_factory.mktemp("empty") / "shop"
    quanyu.workspace.create(root).close()
    with serving(root) as base:
        yield base


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a headless Chromium."""
    path = chromium_path()
    if not Path(path).exists():
        pytest.skip(f"there is no Chromium at {path}; set CHROMIUM")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


Visitor = Callable[..., Visit]


@pytest.fixture(scope="session")
def tabs() -> list[Tab]:
    """Return the tabs that are open and that nobody uses now."""
    return []


@pytest.fixture
def visit(chromium: Browser, tabs: list[Tab]) -> Iterator[Visitor]:
    """Return a maker of visits: `visit(base, width=390)`; each has its own cookies."""
    taken: list[Tab] = []

    def make(base: str, width: int = 1280) -> Visit:
        taken.append(tabs.pop() if tabs else Tab(chromium))
        tab = taken[-1]
        tab.base, tab.seen = base, Seen()
        tab.page.set_viewport_size({"width": width, "height": 900})
        return Visit(tab.page, base, tab.seen)

    yield make
    for tab in taken:
        tab.clear()
    tabs.extend(taken)
