"""`quanyu channel` says what is ready, and its exit code whether a try arrived."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from quanyu.workspace import Workspace


def test_list_and_test(embedded: Workspace, command: Callable[..., Any]) -> None:
    embedded.close()
    shop = ("--workspace", str(embedded.root))
    listed = {one["name"]: one for one in json.loads(command("channel", "list", "--json", *shop).out)}
    assert listed["mail"]["state"] == "not set up"
    assert "mail.host" in command("channel", "list", *shop).out
    tried = command("channel", "test", "mail", "--to", "a@b.cn", *shop)
    assert (tried.code, "mail.host is missing" in tried.err) == (14, True)
