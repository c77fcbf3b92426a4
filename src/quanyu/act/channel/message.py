"""A message on its way: what it says, to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

from quanyu.text import Text

Status = Annotated[
    Literal["delivered", "later", "retry", "permanent", "expired", "opt_out", "configuration"], Text
]
"""What became of a message: `delivered` (the provider took it), `later` (not tried: too fast), `retry` (tried; it may go
another time), `permanent` (it never will, to this contact), `expired` (its time was over before it reached anybody), `opt_out`
(the person wants none) or `configuration` (nothing will go before somebody mends the channel)."""
GONE = frozenset({"mailbox_unknown", "bad_address", "number_invalid", "openid_invalid", "device_unknown"})
"""Reasons for which no message ever reaches a contact; all others speak of one message."""


@dataclass(frozen=True)
class Content:
    """What a message says, with every variable in its place.

    `html` beside `text` where the channel shows both; `template` and `fields` where the provider keeps the words and takes
    only parameters; `link` where a card leads.
    """

    subject: str = ""
    text: str = ""
    html: str = ""
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    link: str = ""


@dataclass(frozen=True)
class Outgoing:
    """A message to one contact. `key` makes it once for receivers that keep keys; `unsubscribe` is the address that
    takes back consent, empty for messages that need none.
    """

    key: str
    contact: str
    content: Content
    unsubscribe: str = ""
    is_marketing: bool = True


@dataclass(frozen=True)
class Outcome:
    """What became of a message: `reason` is a word of the channel, `detail` the provider's own, `receipt` its number for it.

    `after_seconds` says how long to wait at least where it may go later.
    """

    key: str
    status: Status
    reason: str = ""
    detail: str = ""
    receipt: str = ""
    after_seconds: float = 0.0

    @property
    def is_gone(self) -> bool:
        """Whether nothing will ever reach the contact."""
        return self.status == "permanent" and self.reason in GONE


class Sender(Protocol):
    """An open line to a provider."""

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        """Hand messages over and yield what became of each, in any order; one that was not begun was not tried.

        `begin` is called just before the provider might take a message: if the process dies after it, nobody knows.
        """
        ...

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield what became of messages that were begun by a process that died; none where the provider cannot say."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


def cut(text: str, most: int) -> str:
    """Return a text of at most so many bytes, with an ellipsis where something is left out.

    >>> cut("你好你好", 9), cut("ok", 9)
    ('你好…', 'ok')
    """
    content = text.encode()
    return text if len(content) <= most else content[: most - len("…".encode())].decode(errors="ignore") + "…"
