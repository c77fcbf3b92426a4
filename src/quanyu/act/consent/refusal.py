"""Who said no, as the ledger knows it at any moment: what a running sender looks at before each message."""

from __future__ import annotations

from quanyu import ledger
from quanyu.part.told_consent import PERSON, TOMB, key_of, tomb_of
from quanyu.tables.owned.people import ALL_CHANNELS
from quanyu.workspace import Workspace


class Refusals:
    """What is on the list of suppressions; `renew` brings in what came since, and costs nothing where that is nothing."""

    def __init__(self, ws: Workspace, *, is_marketing: bool = True) -> None:
        self.ledger, self.secret, self.is_marketing = ws.ledger, ws.secret, is_marketing
        self.serial, self.refused, self.has_erased = 0, set[tuple[str, str]](), False
        self.renew()

    def renew(self) -> int:
        """Bring in what came on the list since, and return how much that is."""
        self.serial, more = ledger.refused_since(self.ledger, self.serial, is_marketing=self.is_marketing)
        self.refused |= more
        self.has_erased = self.has_erased or any(key.startswith(TOMB) for key, _ in more)
        return len(more)

    def holds(self, person_id: str, kind: str, contact: str, channel: str) -> bool:
        """Say whether a person, or the contact that a channel would use, is on the list."""
        keys = [PERSON + person_id, key_of(kind, contact, self.secret)]
        if self.has_erased:
            keys += [tomb_of(key, self.secret) for key in keys]
        return any((key, way) in self.refused for key in keys for way in (channel, ALL_CHANNELS))
