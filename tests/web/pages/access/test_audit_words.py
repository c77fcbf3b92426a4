"""Lines of the audit log are told in the reader's language, whatever an earlier program wrote; markup stays text."""

from __future__ import annotations

import datetime as dt

import pytest

from quanyu.ledger import Edit
from quanyu.part.action import actions
from quanyu.web.cache import Cache
from quanyu.web.pages.access.audit import wanted
from quanyu.web.pages.access.audit_words import line_told
from quanyu.web.view import View

AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
KNOWN = {action.name: action for action in actions()}


def line(record: str, key: str, before, after) -> Edit:
    return Edit(AT, "li", record, key, before, after)


PLACED = {"said": "made li viewer", "name": "li", "role": "viewer"}


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (line("actions", "set_role", None, PLACED), ("made li viewer", "把 li 设为 viewer")),
        (line("actions", "gone", None, {"said": "did {it}"}), ("did {it}", "did {it}")),
        (line("actions", "set_role", None, {"said": "said so"}), ("said so", "said so")),
        (line("refusals", "set_role", None, {"role": "viewer", "needs": "owner"}),
         ("Give a user another role. Needs the role owner.", "更改用户的角色。需要角色“店主”。")),
        (line("users", "li", {"role": "viewer", "password": "a"}, {"role": "owner", "password": "b"}),
         ("role: viewer → owner; password set", "角色: 只读 → 店主; 已设密码")),
        (line("segments", "vip", {"rule": "x"}, None), ("removed", "已删除")),
        (line("keys", "3f", None, {"expires_at": "2026-11-20T04:00:00.000001+00:00"}),
         ("until: 2026-11-20 12:00", "有效至: 2026-11-20 12:00")),
        (line("other", "x", None, {"long": "y" * 500}), (f"long: {'y' * 120}…",) * 2),
    ],
)  # fmt: skip
def test_a_line_is_told(embedded, edit, told) -> None:
    views = [View(embedded, Cache(embedded), language, "/audit", {}) for language in ("en", "zh")]
    assert [line_told(view, edit, KNOWN) for view in views] == list(told)


def test_days_are_days_of_the_workspace(embedded) -> None:
    query = {"since": "2026-11-20", "until": "2026-11-20", "who": "li", "what": "actions/set_role"}
    lines = wanted(View(embedded, Cache(embedded), "en", "/audit", query))
    assert (lines.who, lines.record, lines.key) == ("li", "actions", "set_role")
    assert lines.until - lines.since == dt.timedelta(days=1)
    assert lines.since == dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
    odd = wanted(View(embedded, Cache(embedded), "en", "/audit", {"since": "0001-01-01", "until": "soon"}))
    assert odd.until is None
