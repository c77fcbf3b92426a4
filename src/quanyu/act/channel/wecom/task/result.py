"""What became of a task (企业群发): asked of each member of staff it was given to, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from quanyu.act.channel.coded import CodedApi
from quanyu.act.channel.lack import require
from quanyu.act.channel.wecom.account import opened
from quanyu.act.channel.wecom.customer import missing
from quanyu.act.settings import WecomSettings
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace

STAFF = "/cgi-bin/externalcontact/get_groupmsg_task"
CUSTOMERS = "/cgi-bin/externalcontact/get_groupmsg_send_result"
MOST = 1_000
"""Lines of one page, at most."""
SENT, STRANGER, FULL = 1, 2, 3
"""What `status` says of a customer: sent, no customer of this member any more, had enough of others. 0: not sent yet."""
REASONS = {STRANGER: "not_a_customer", FULL: "number_limit"}


@dataclass(frozen=True)
class Result:
    """What became of one customer's message: `reason` says why it was not sent, and is empty where it was; `at` when."""

    task: str
    contact: str
    reason: str = ""
    at: dt.datetime | None = None


def task_results(ws: Workspace, tasks: Sequence[str]) -> Iterator[Result]:
    """Yield what is known of tasks by their numbers; customers whose member has not confirmed yet are left out.

    Raises `ChannelError` where the settings are not enough or WeCom does not tell.
    """
    require("wecom", missing(ws))
    api = opened(ws, ws.settings.of(WecomSettings).customer_secret.get_secret_value())
    try:
        for task in tasks:
            yield from _results(api, task)
    except httpx.HTTPError as error:
        raise _silent(type(error).__name__) from None
    finally:
        api.client.close()


def _results(api: CodedApi, task: str) -> Iterator[Result]:
    """Yield what became of a task's customers, each once: one who was sent it by one member was sent it."""
    told: dict[str, Result] = {}
    for member in _pages(api, STAFF, {"msgid": task}, "task_list"):
        asked = {"msgid": task, "userid": member.get("userid", "")}
        for row in _pages(api, CUSTOMERS, asked, "send_list"):
            status, contact = row.get("status"), str(row.get("external_userid") or "")
            known = told.get(contact)
            if not contact or status not in (SENT, *REASONS) or (known and not known.reason):
                continue
            seconds = row.get("send_time")
            at = dt.datetime.fromtimestamp(int(seconds), dt.UTC) if status == SENT and seconds else None
            told[contact] = Result(task, contact, REASONS.get(status, ""), at)
    yield from told.values()


def _pages(api: CodedApi, path: str, asked: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the lines of all pages; a mark that comes again ends them."""
    seen, cursor = set[str](), ""
    while cursor not in seen:
        seen.add(cursor)
        outcome, said = api.hand_over(
            "", path, {**asked, "limit": MOST, **({"cursor": cursor} if cursor else {})}
        )
        if outcome is None or outcome.status != "delivered":
            raise _silent(outcome.detail or outcome.reason if outcome else "HTTP 5xx")
        yield from said.get(name) or ()
        cursor = str(said.get("next_cursor") or "")
        if not cursor:
            return


def _silent(why: str) -> ChannelError:
    return ChannelError(
        "WeCom does not tell what became of a task: {why}.",
        "Try again later, or look at quanyu channel list.",
        why=why,
    )
