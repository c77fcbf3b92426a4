"""WeChat against a local server: tokens that end, codes in good answers, limits of fields."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from quanyu.act.channel import Content, Outgoing, channel_named
from quanyu.workspace import Workspace

Make = Callable[..., Any]


class Account:
    """What a WeChat account does: a new token ends the old one, and `codes` are answered in turn."""

    def __init__(self, *codes: int) -> None:
        self.n, self.codes, self.sent, self.lock = 0, list(codes), [], threading.Lock()
        self.refuses_us = False

    def __call__(self, request: Any) -> Any:
        with self.lock:
            query = {name: value[0] for name, value in parse_qs(urlsplit(request.path).query).items()}
            if "/cgi-bin/token" in request.path:
                if self.refuses_us:
                    return {"errcode": 40125, "errmsg": f"invalid appsecret {query['secret']}"}
                self.n += 1
                return {"access_token": f"T{self.n}", "expires_in": 7_200}
            if query["access_token"] != f"T{self.n}":
                return {"errcode": 42001, "errmsg": "access_token expired"}
            code = self.codes.pop(0) if self.codes else 0
            if code == 500:
                return 500, b""
            if not code:
                self.sent.append((request.path.partition("?")[0], request.said))
            return {"errcode": code, "errmsg": "told", "msgid": 9}


def shop(ws: Workspace, url: str, **given: Any) -> Workspace:
    wechat = ws.settings.wechat.__class__(**{"app_id": "wx1", "app_secret": "hush", "url": url} | given)  # type: ignore[attr-defined]
    return Workspace(ws.root, ws.settings.model_copy(update={"wechat": wechat}), ws.clock)


def outgoing(number: int, **fields: str) -> Outgoing:
    return Outgoing(
        f"c7:{number}",
        f"o{number}",
        Content(template="T", fields=fields or {"thing1": "到货"}, link="pages/a"),
    )


def handed(ws: Workspace, messages: list[Outgoing]) -> tuple[dict[str, Any], list[str]]:
    line, begun = channel_named("wechat").open(ws), list[str]()  # type: ignore[misc]
    told = {one.key: one for one in line.send(messages, lambda one: begun.append(one.key))}
    line.close()
    return told, begun


def test_all_workers_share_a_token_and_one_that_has_ended_is_made_anew_once(
    embedded: Workspace, provider: Make
) -> None:
    account = Account()
    ws = shop(embedded, provider(account).url)
    assert {one.status for one in handed(ws, [outgoing(i) for i in range(8)])[0].values()} == {"delivered"}
    assert account.n == 1
    account.n = 7  # somebody else has asked for a token: ours has ended
    assert {one.status for one in handed(ws, [outgoing(i) for i in range(8)])[0].values()} == {"delivered"}
    assert (account.n, len(account.sent)) == (8, 16)
    (kept,) = ws.path("tokens").glob("*.json")
    assert kept.stat().st_mode & 0o077 == 0


def test_a_token_is_made_anew_before_it_ends(embedded: Workspace, provider: Make) -> None:
    import datetime as dt

    account, moment = Account(), [embedded.now()]
    near = shop(embedded, provider(account).url)
    ws = Workspace(near.root, near.settings, lambda: moment[0])
    for seconds, expected in ((0, 1), (7_100, 1), (7_150, 2)):
        moment[0] = embedded.now() + dt.timedelta(seconds=seconds)
        handed(ws, [outgoing(0)])
        assert account.n == expected


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [(43101, "opt_out", "opted_out"), (43004, "opt_out", "not_following"), (45009, "later", "throttled"),
     (47003, "permanent", "field_refused"), (40037, "configuration", "template_unknown"), (-1, "retry", "provider_down"),
     (99999, "permanent", "refused"), (40001, "delivered", "")],
)  # fmt: skip
def test_a_code_in_a_good_answer_counts(
    embedded: Workspace, provider: Make, code: int, status: str, reason: str
) -> None:
    told, _ = handed(shop(embedded, provider(Account(code)).url), [outgoing(0)])
    assert (told["c7:0"].status, told["c7:0"].reason) == (status, reason)


def test_a_token_that_is_refused_again_and_an_account_that_gives_none_must_be_mended(
    embedded: Workspace, provider: Make
) -> None:
    told, _ = handed(shop(embedded, provider(Account(40001, 40001)).url), [outgoing(0)])
    assert told["c7:0"].status == "configuration"
    account = Account()
    account.refuses_us = True
    told, _ = handed(shop(embedded, provider(account).url), [outgoing(0)])
    assert told["c7:0"].status == "configuration"
    assert "hush" not in str(told)


def test_what_wechat_would_refuse_is_not_sent(embedded: Workspace, provider: Make) -> None:
    account = Account()
    there = provider(account)
    told, begun = handed(
        shop(embedded, there.url), [outgoing(0, thing1="中" * 21), outgoing(1, thing1="中" * 20)]
    )
    assert (told["c7:0"].reason, begun) == ("field_refused", ["c7:1"])
    told, begun = handed(shop(embedded, there.url, message="template"), [outgoing(2)])
    assert (told["c7:2"].reason, begun) == ("marketing_not_allowed", [])


@pytest.mark.parametrize(
    ("message", "path", "link"),
    [("subscribe", "subscribe/bizsend", "page"), ("mini", "subscribe/send", "page")],
)
def test_each_message_goes_where_it_belongs(
    embedded: Workspace, provider: Make, message: str, path: str, link: str
) -> None:
    account = Account()
    handed(shop(embedded, provider(account).url, message=message), [outgoing(0)])
    ((where, said),) = account.sent
    assert where == f"/cgi-bin/message/{path}"
    assert said == {
        "touser": "o0",
        "template_id": "T",
        "data": {"thing1": {"value": "到货"}},
        link: "pages/a",
    }


def test_an_answer_without_a_code_leaves_it_open(embedded: Workspace, provider: Make) -> None:
    told, begun = handed(shop(embedded, provider(Account(500)).url), [outgoing(0)])
    assert (told, begun) == ({}, ["c7:0"])


def test_a_token_that_does_not_come_is_no_message_that_may_have_gone(embedded: Workspace) -> None:
    told, _ = handed(shop(embedded, "http://127.0.0.1:1"), [outgoing(0)])
    assert told["c7:0"].status == "retry"
