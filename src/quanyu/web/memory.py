"""What an address may point at but not hold: personal values that were searched for, and lists to be saved."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Hashable

MOST = 2_000


class Memory:
    """Values by a mark that nobody can guess; the oldest are forgotten, and all with the process.

    >>> memory = Memory()
    >>> memory.find(memory.keep("138 1234 5678")), memory.find("made up")
    ('138 1234 5678', None)
    """

    def __init__(self, size: int = MOST) -> None:
        self.size = size
        self._lock = threading.Lock()
        self._values: OrderedDict[str, Hashable] = OrderedDict()

    def keep(self, value: Hashable) -> str:
        """Remember a value and return its mark."""
        mark = secrets.token_urlsafe(16)
        with self._lock:
            self._values[mark] = value
            while len(self._values) > self.size:
                self._values.popitem(last=False)
        return mark

    def find(self, mark: str) -> Hashable | None:
        """Return the value of a mark, None where there is none any more."""
        with self._lock:
            return self._values.get(mark)
