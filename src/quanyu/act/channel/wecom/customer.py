"""Tasks for staff (企业群发): one for all customers who get the same words; nothing leaves before a member of staff confirms it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from quanyu.act.channel.coded import CodedApi
from quanyu.act.channel.lack import lacking, require
from quanyu.act.channel.message import Content, Outcome, Outgoing, cut
from quanyu.act.channel.wecom.account import STRANGER, opened
from quanyu.act.channel.wire import failed
from quanyu.act.settings import WecomSettings
from quanyu.text import Sentence
from quanyu.workspace import Workspace

PATH = "/cgi-bin/externalcontact/add_msg_template"
MOST_CUSTOMERS = 10_000
"""Customers of one task, at most."""
MOST_BYTES = 4_000
LONGEST_TITLE = 128
"""Bytes of a text, and of the title of a card."""


@dataclass(frozen=True)
class Tasks:
    """A line that makes tasks; `sender` is the member of staff who confirms them, nothing: whoever has the customer."""

    api: CodedApi
    sender: str = ""

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        """Make a task for each content; see `Sender.send`."""
        alike: dict[tuple[str, str, str], list[Outgoing]] = {}
        for message in messages:
            content = message.content
            alike.setdefault((content.text, content.link, content.subject), []).append(message)
        for same in alike.values():
            for first in range(0, len(same), MOST_CUSTOMERS):
                some = same[first : first + MOST_CUSTOMERS]
                for message in some:
                    begin(message)
                yield from self._task(some)

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield nothing: WeCom tells of a task only to whoever has its number."""
        return iter(())

    def close(self) -> None:
        """Hang up."""
        self.api.client.close()

    def _task(self, same: Sequence[Outgoing]) -> Iterator[Outcome]:
        try:
            outcome, said = self.api.hand_over("", PATH, self._body(same))
        except httpx.HTTPError as error:
            outcome, said = failed("", error), {}
        refused = set(said.get("fail_list") or ())
        status, reason, _ = STRANGER
        for message in same:
            if outcome is not None and outcome.status == "delivered" and message.contact in refused:
                yield Outcome(message.key, status, reason, receipt=outcome.receipt)
            elif outcome is not None:
                yield Outcome(**vars(outcome) | {"key": message.key})

    def _body(self, same: Sequence[Outgoing]) -> dict[str, Any]:
        content = same[0].content
        card = {"title": cut(content.subject or content.link, LONGEST_TITLE), "url": content.link}
        return {
            "chat_type": "single",
            "external_userid": [message.contact for message in same],
            "text": {"content": content.text},
            **({"attachments": [{"msgtype": "link", "link": card}]} if content.link else {}),
            **({"sender": self.sender} if self.sender else {}),
        }


def open_line(ws: Workspace) -> Tasks:
    """Return a line to the company. Raises `ChannelError` where the settings do not allow one."""
    require("wecom", missing(ws))
    given = ws.settings.of(WecomSettings)
    return Tasks(opened(ws, given.customer_secret.get_secret_value()), given.sender)


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack."""
    return lacking(ws.settings.of(WecomSettings), "corp_id", "customer_secret")


def faults(_: Workspace, content: Content) -> list[str]:
    """Return what keeps a content from going out as a task."""
    if not content.text.strip():
        return [Sentence("the message says nothing")]
    if len(content.text.encode()) > MOST_BYTES:
        return [Sentence("the message has more than {n} bytes", n=MOST_BYTES)]
    return []
