"""What comes back from messages and has to be fetched, by channel."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.act.track.mailbox import READ_MAILBOX
from quanyu.act.track.task import READ_TASKS
from quanyu.part.action import Action

BACK: Mapping[str, Action] = {"mail": READ_MAILBOX, "wecom": READ_TASKS}
