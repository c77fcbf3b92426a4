"""What staff did with tasks in WeCom is recorded for the messages of a campaign, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from tests.act.channel.conftest import Provider, serving
from tests.act.track.conftest import LEFT

from quanyu.act.track.task import READ_TASKS
from quanyu.ledger import list_responses
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

SENT = LEFT + dt.timedelta(hours=3)


def staff(status: dict[str, int]) -> Callable[[Any], Any]:
    """WeCom where one member of staff was given every task, with these customers."""

    def answer(request: Any) -> Any:
        if "gettoken" in request.path:
            return {"errcode": 0, "access_token": "T", "expires_in": 7_200}
        if "get_groupmsg_task" in request.path:
            return {"errcode": 0, "task_list": [{"userid": "li"}], "next_cursor": ""}
        rows = [
            {
                "external_userid": who,
                "status": one,
                **({"send_time": int(SENT.timestamp())} if one == 1 else {}),
            }
            for who, one in status.items()
        ]
        return {"errcode": 0, "send_list": rows, "next_cursor": ""}

    return answer


def able(ws: Workspace, url: str, now: dt.datetime) -> Workspace:
    wecom = ws.settings.wecom.__class__(corp_id="ww", customer_secret="hush", url=url)  # type: ignore[attr-defined]
    return Workspace(ws.root, ws.settings.model_copy(update={"wecom": wecom}), lambda: now)


def test_who_was_sent_a_task_and_who_was_not_is_recorded_once(embedded, launch) -> None:
    ws = launch(embedded, channel="wecom", receipt="m1")
    rows = ws.warehouse.read(ws.warehouse.table("messages").select("person_id", "contact")).to_pylist()
    contacts = {row["person_id"]: row["contact"] for row in rows}
    status = dict(zip((contacts[who] for who in "abcd"), (1, 2, 3, 0), strict=True))
    with serving(Provider(staff(status))) as provider:
        moments = [LEFT + dt.timedelta(days=days) for days in (1, 2, 60)]
        told, again, late = (
            perform(able(ws, provider.url, now), READ_TASKS, {}, Caller("li")) for now in moments
        )
    assert (told.n_tasks, told.n_told, told.n_new) == (1, 3, 3)
    assert (again.n_told, again.n_new, late.n_tasks) == (3, 0, 0)
    found = {(one.person_id, one.kind, one.detail, one.at) for one in list_responses(ws.ledger)}
    assert found == {
        ("a", "delivered", "", SENT), ("b", "deferred", "not_a_customer", LEFT), ("c", "deferred", "number_limit", LEFT),
    }  # fmt: skip
