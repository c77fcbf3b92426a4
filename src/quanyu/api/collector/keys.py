"""The write keys that open the collector, remembered for a few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from quanyu import ledger
from quanyu.errors import QuanyuError
from quanyu.ledger import Ledger, Source

LASTS = 5.0
"""Seconds after which the keys are read again: so long does a revoked one go on."""
SOONEST = 0.2
"""Seconds between two readings for keys that are not known, however many come: they wait for the next, for one may be new."""


class Keys:
    """Finds the source of a key; while the ledger cannot be read, those known before go on."""

    def __init__(self, kept: Ledger) -> None:
        self._ledger = kept
        self._known: Mapping[str, Source] | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    async def find(self, key: str) -> Source | None:
        """Return the source whose valid key it is; raise `QuanyuError` if the ledger could never be read."""
        age = asyncio.get_running_loop().time() - self._read_at
        if self._known is None or age > LASTS or key not in self._known:
            await asyncio.sleep(SOONEST - age if self._known is not None and age < SOONEST else 0)
            await self._read()
        return (self._known or {}).get(key)

    async def _read(self) -> None:
        asked_at = asyncio.get_running_loop().time()
        async with self._reading:
            if self._known is not None and self._read_at >= asked_at:
                return
            try:
                listed = await asyncio.to_thread(ledger.list_sources, self._ledger)
                self._known = {source.write_key: source for source in listed if source.is_valid}
            except QuanyuError:
                if self._known is None:
                    raise
            self._read_at = asyncio.get_running_loop().time()
