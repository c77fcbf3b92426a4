"""What is due by the clock: each action once for each moment of its cron text, however many schedulers there are."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterator
from threading import Event

from cronsim import CronSim

from quanyu import ledger
from quanyu.errors import QuanyuError
from quanyu.part.action import Caller, action_named, perform
from quanyu.part.process import Process
from quanyu.settings.frame import ScheduleSettings
from quanyu.workspace import Workspace

LOG = logging.getLogger("quanyu.schedule")
CAUGHT_UP = dt.timedelta(hours=23)
"""What was due while nobody was there is done once if it is not older; of many missed moments only the last counts."""
WAIT_SECONDS = 15.0


def run_due(ws: Workspace) -> list[str]:
    """Do what is due and was not done yet, and return the names of the actions."""
    return [name for name, moment in _due(ws) if _is_done(ws, name, moment)]


def _due(ws: Workspace) -> Iterator[tuple[str, dt.datetime]]:
    """Return the last moment of each action up to now, in days and hours of the workspace's zone."""
    now = ws.now().astimezone(ws.settings.zone)
    for name, cron in sorted(ws.settings.of(ScheduleSettings).at.items()):
        moment = next(CronSim(cron, now + dt.timedelta(minutes=1), reverse=True), None)
        if moment is not None and now - CAUGHT_UP <= moment <= now:
            yield name, moment


def _is_done(ws: Workspace, name: str, moment: dt.datetime) -> bool:
    """Do an action for a moment, and say whether; another scheduler may have."""
    key = hashlib.sha256(f"schedule\0{name}\0{moment.astimezone(dt.UTC).isoformat()}".encode()).hexdigest()
    if ledger.begin_answer(ws.ledger, key, name, at=ws.now()) is not None:
        return False
    status = 200
    try:
        perform(ws, action_named(name), {}, Caller("schedule"))
    except QuanyuError as error:
        status = 422
        LOG.warning("an action failed", extra={"action": name, "error": type(error).__name__})
    ledger.keep_answer(ws.ledger, key, status, "", at=ws.now())
    return status == 200


def _work(ws: Workspace, stop: Event) -> None:
    while not stop.wait(WAIT_SECONDS):
        run_due(ws)


PROCESS = Process("scheduler", work=_work)
"""Found by whoever serves."""
