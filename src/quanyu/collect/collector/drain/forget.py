"""Take somebody who is erased out of the log: first all of it comes into the tables, then records that speak of them are wiped."""

from __future__ import annotations

import re

import msgspec

from quanyu.collect.collector.drain.draining import drain_inside
from quanyu.collect.collector.drain.judge import Judge, judge_of
from quanyu.collect.collector.log import Log, entries, segments
from quanyu.collect.collector.message import Message, Posted
from quanyu.collect.collector.wire import messages
from quanyu.part.forgetting import Forgetting
from quanyu.workspace import Workspace


def forget(ws: Workspace, sought: re.Pattern[str]) -> list[str]:
    """Wipe every record that speaks of somebody or cannot be read; what others said in the same request is in the tables."""
    folder, judge = ws.root / Log.FOLDER, judge_of(ws)
    if not folder.exists():
        return []
    Log.cut_torn(folder)
    drain_inside(ws, messages, judge)
    touched = set[str]()
    for log in sorted({segment.log for segment in segments(folder)}):
        for entry in entries(folder, log):
            if entry.is_damaged or (entry.posted and _speaks(entry.posted, sought, judge)):
                entry.blank()
                touched.add(entry.segment.path.relative_to(ws.root).as_posix())
    return sorted(touched)


def _speaks(posted: Posted, sought: re.Pattern[str], judge: Judge) -> bool:
    if sought.search(_plain(posted.body)):
        return True
    told = (message for message in messages(posted) if isinstance(message, Message))
    return any(judge.speaks_of_erased((*message.ids.items(), *message.also.items())) for message in told)


def _plain(body: bytes) -> str:
    """Return a body as text, what JSON writes as numbers of letters as these letters."""
    try:
        return msgspec.json.encode(msgspec.json.decode(body)).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode("utf-8", "replace")


FORGET = Forgetting(Log.FOLDER, forget)
