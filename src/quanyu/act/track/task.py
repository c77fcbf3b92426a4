"""What became of messages that staff had to confirm in WeCom, asked and recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanyu import ledger
from quanyu.act.channel.wecom.task import Result, task_results
from quanyu.act.response import Response
from quanyu.act.track.record import record_responses
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace

CHANNEL_NAME = "wecom"
OPEN_DAYS = 30
"""Days after a launch in which staff may still confirm its tasks."""


@dataclass(frozen=True)
class Nothing:
    """Nothing is asked for."""


@dataclass(frozen=True)
class Told:
    """How many tasks were asked about, of how many customers they tell, and how many reactions of them are new."""

    n_tasks: int
    n_told: int
    n_new: int


def take_results(ws: Workspace, _: Nothing, __: Caller) -> Told:
    """Record for whom staff have sent a task, and whom it could not reach. Raises `ChannelError` where WeCom does not tell."""
    since = ws.now() - dt.timedelta(days=OPEN_DAYS)
    n_tasks = n_told = n_new = 0
    for campaign in ledger.list_campaigns(ws.ledger):
        receipts = ledger.list_receipts(ws.ledger, campaign.campaign_id, CHANNEL_NAME)
        if campaign.frozen_at < since or not receipts:
            continue
        tasks = sorted({one.receipt for one in receipts})
        told = list(task_results(ws, tasks))
        n_tasks, n_told = n_tasks + len(tasks), n_told + len(told)
        n_new += record_responses(ws, CHANNEL_NAME, _responses(ws, campaign.campaign_id, receipts, told))
    return Told(n_tasks, n_told, n_new)


def _responses(
    ws: Workspace, campaign_id: str, receipts: list[ledger.Receipt], told: list[Result]
) -> list[Response]:
    """Return what tasks tell as reactions to sends; of a message that was not sent, as of the moment its task was made."""
    rows = ws.warehouse.table("messages")
    mine = rows.filter(rows.campaign_id == campaign_id, rows.channel == CHANNEL_NAME)
    places = dict(zip(*ws.warehouse.read(mine.select("contact", "place")).to_pydict().values(), strict=True))
    made = {one.place: one for one in receipts}
    return [
        Response(
            "deferred" if one.reason else "delivered",
            f"{campaign_id}:{places[one.contact]}",
            at=one.at or made[places[one.contact]].at,
            detail=one.reason,
        )
        for one in told
        if places.get(one.contact) in made and made[places[one.contact]].receipt == one.task
    ]


READ_TASKS = Action(
    "read_tasks",
    "Ask WeCom to whom staff have sent the messages of tasks, and record whom they could not reach.",
    Nothing,
    Told,
    take_results,
    said="Asked what became of tasks in WeCom",
)
