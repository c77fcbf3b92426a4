"""One function, four doors: every ability is reached over HTTP, by assistants, on the command line and in Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import pytest
from starlette.routing import Route

import quanyu
from quanyu.api.route import application
from quanyu.mcp import Manner, server
from quanyu.part.action import Action, Caller, actions, perform
from quanyu.part.role import ROLES, Role

ROLE_NAMES = get_args(get_args(Role)[0])


@dataclass(frozen=True)
class Nothing:
    """Takes nothing."""


@pytest.fixture
def ws(embedded):
    return embedded


def test_every_ability_has_a_role_and_says_what_it_does() -> None:
    assert set(ROLES) == set(ROLE_NAMES)
    for action in actions():
        assert action.role in ROLES, action.name
        assert action.label.endswith("."), action.name
        assert bool(action.said) == action.writes, action.name
        assert action.gives not in (list, dict, object), f"{action.name} does not say what it gives"


def test_every_ability_has_a_route(ws) -> None:
    app = application(ws)
    routes = {route.path: route.methods for route in app.routes if isinstance(route, Route)}
    described = app.openapi()["paths"]
    for action in actions():
        path = f"/api/v1/{action.name}"
        assert routes[path] == {"POST"}
        assert described[path]["post"]["x-role"] == action.role
        has_key = any(one["name"] == "Idempotency-Key" for one in described[path]["post"]["parameters"])
        assert has_key == action.writes, action.name


@pytest.mark.anyio
async def test_every_ability_is_a_tool_for_whoever_may(ws) -> None:
    from mcp import Client

    for role in ROLE_NAMES:
        async with Client(server(ws, Manner("test", role, may_write=True))) as client:
            offered = {tool.name: tool for tool in (await client.list_tools()).tools}
        wanted = {action.name: action for action in actions() if quanyu.part.role.may(role, action.role)}
        assert set(offered) == set(wanted)
        assert all(
            offered[name].annotations.read_only_hint == (not one.writes) for name, one in wanted.items()
        )


def test_every_ability_is_on_the_command_line_and_in_python(command, ws, monkeypatch) -> None:
    listed = command("do", "--json").out
    done: list[str] = []
    monkeypatch.setattr(
        "quanyu.part.action.perform", lambda _ws, action, given, caller: done.append(action.name)
    )
    for action in actions():
        assert f'"name": "{action.name}"' in listed
        quanyu.do(ws, action.name)
    assert done == [action.name for action in actions()]


def test_a_role_is_asked_at_the_one_place_that_every_door_passes(ws) -> None:
    done: list[str] = []
    action = Action(
        "note", "Note it.", Nothing, str, lambda *_: done.append("x") or "", "owner", said="noted"
    )
    with pytest.raises(quanyu.QuanyuError, match="may not ask"):
        perform(ws, action, b"{}", Caller("somebody", role="viewer"))
    assert not done
