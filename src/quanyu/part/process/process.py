"""A process: declared beside what it does, found there by whoever serves; adding one touches no list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from quanyu.discovery import declared
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Process:
    """A part of the server: an ASGI application under some paths, or work that goes on until it is told to stop.

    A path that ends with `/` stands for all below it, another for itself. `work(ws, stop)` ends what it has begun and returns
    soon after `stop` is set.
    """

    name: str
    paths: tuple[str, ...] = ()
    application: Callable[[Workspace], Any] | None = None
    work: Callable[[Workspace, Event], None] | None = None

    def has(self, path: str) -> bool:
        """Say whether a request's path is one of its own.

        >>> Process("x", ("/e", "/api/")).has("/api/v1"), Process("x", ("/e", "/api/")).has("/errands")
        (True, False)
        """
        return path in self.paths or path.startswith(
            tuple(one for one in self.paths if len(one) > 1 and one[-1] == "/")
        )


def processes() -> dict[str, Process]:
    """Return every process by name."""
    found = declared("PROCESS", "api", "part", "act", "collect")
    return {process.name: process for process in sorted(found, key=lambda process: str(process.name))}
