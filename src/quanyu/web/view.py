"""One look at the console by one browser: workspace, language, address and what may be asked."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from quanyu.ledger import Session
from quanyu.part.action import Action, Caller, perform
from quanyu.text import Language, Text, translate
from quanyu.web.cache import Cache
from quanyu.web.memory import Memory
from quanyu.workspace import Workspace

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """What a page needs to draw itself; `query` holds the part of the address after the question mark, `memory` what it points at.

    `caller` is who looks, in which role; `session` is None where nobody had to sign in.
    """

    ws: Workspace
    cache: Cache
    language: Language
    path: str
    query: Mapping[str, str]
    memory: Memory = field(default_factory=Memory)
    caller: Caller = field(default_factory=lambda: Caller(getpass.getuser()))
    session: Session | None = None

    @cached_property
    def stamp(self) -> tuple[Hashable, ...]:
        """The versions of all tables and decisions when the page was opened."""
        return self.cache.stamp()

    def say(self, message: Text, /, **values: object) -> str:
        """Return a message in the browser's language."""
        return translate(message, self.language, **values)

    def pick(self, zh: str, en: str) -> str:
        """Return the label of the browser's language."""
        return zh if self.language == "zh" else en

    def perform(self, action: Action, given: Mapping[str, Any]) -> Any:
        """Do an action for whoever looks; see `quanyu.part.action.perform`."""
        return perform(self.ws, action, given, self.caller)

    def ask(self, read: Callable[..., T], *arguments: Hashable) -> T:
        """Return `read(ws, *arguments)`, remembered until a table changes."""
        return self.cache.ask(self.stamp, read, *arguments)

    def knows(self, read: Callable[..., T], *arguments: Hashable) -> bool:
        """Say whether `ask` would answer at once."""
        return self.cache.knows(self.stamp, read, *arguments)

    def link(self, path: str | None = None, **changes: str | None) -> str:
        """Return an address: this page with some of its choices changed (None drops one), or another page.

        >>> View(None, None, "en", "/metrics", {"grain": "day"}).link(grain="week")
        '/metrics?grain=week'
        """
        chosen = {} if path else dict(self.query)
        merged = {name: value for name, value in {**chosen, **changes}.items() if value is not None}
        return (path or self.path) + (f"?{urlencode(merged)}" if merged else "")
