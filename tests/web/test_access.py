"""What a role may do is asked in one place: pages make no callers of their own, and say who may open them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import quanyu.web
from quanyu.errors import SettingError
from quanyu.part.access import user
from quanyu.part.action import Caller, perform
from quanyu.part.role import ROLES
from quanyu.web.app import check_reach
from quanyu.web.page import menu, pages

WEB = Path(quanyu.web.__file__).parent
MAKERS = {"view.py", "login/visitor.py"}
"""The only modules of the console that may say who asks: who is signed in, and whoever sits at this machine."""


def test_no_page_says_itself_who_asks() -> None:
    makers = {
        file.relative_to(WEB).as_posix()
        for file in WEB.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Caller")
        or (isinstance(node, (ast.Import, ast.ImportFrom)) and "getpass" in ast.unparse(node))
    }
    assert makers == MAKERS, "use view.perform(ACTION, given), or hand on view.caller"


def test_menus_show_what_a_role_may_open() -> None:
    shown = {role: {page.path for _, listed in menu(role) for page in listed} for role in ROLES}
    assert {"/people", "/data"} <= shown["analyst"] <= shown["marketer"] <= shown["owner"]
    assert "/people" in shown["agent"]
    assert "/data" not in shown["agent"]
    assert not {"/people", "/data"} & shown["viewer"]
    assert {"/", "/metrics", "/segments", "/audiences"} <= shown["viewer"]
    assert all(page.roles and set(page.roles) <= set(ROLES) for page in pages())


def test_beyond_this_machine_it_opens_only_where_users_sign_in(make_workspace) -> None:
    ws = make_workspace()
    check_reach(ws, "127.0.0.1", 8080)
    with pytest.raises(SettingError, match="no user"):
        check_reach(ws, "0.0.0.0", 8080)
    named = make_workspace(web={"hosts": ["quanyu.example.cn"]})
    with pytest.raises(SettingError, match=r"quanyu.example.cn.*no user"):
        check_reach(named, "127.0.0.1", 8080)
    for one in (ws, named):
        given = {"name": "li", "role": "owner", "password": "four words of mine"}
        perform(one, user.ADD, given, Caller("root"))
    with pytest.raises(SettingError, match="under which names"):
        check_reach(ws, "0.0.0.0", 8080)
    check_reach(named, "0.0.0.0", 8080)
    check_reach(named, "127.0.0.1", 8080)
