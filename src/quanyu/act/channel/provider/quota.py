"""How fast messages may go, over all processes that send: so many in a minute, so many in a day."""

from __future__ import annotations

from dataclasses import dataclass, field

from quanyu import ledger
from quanyu.workspace import Workspace

MINUTE, DAY = 60, 86_400
ROUNDS = 20
"""A process takes a twentieth of what is allowed at once, so that the ledger is asked rarely and little is lost with it."""
MOST_AT_ONCE = 500


@dataclass
class Quota:
    """Gives out what may go now; `held` is what this process has taken and not used, by name."""

    ws: Workspace
    held: dict[str, tuple[int, int]] = field(default_factory=dict)

    def wait(self, name: str, limit: int, seconds: int = MINUTE) -> float:
        """Use one of `limit` in the stretch that holds now, and return 0; the seconds until the next where none is left.

        Stretches of a day begin at midnight where the shop is.
        """
        now = self.ws.now()
        here = now.astimezone(self.ws.settings.zone)
        shift = (here.utcoffset() or now - now).total_seconds()
        stretch, passed = divmod(now.timestamp() + shift, seconds)
        at, left = self.held.get(name, (-1, 0))
        if at != stretch or not left:
            wanted = max(1, min(limit // ROUNDS, MOST_AT_ONCE))
            at = int(stretch)
            left = ledger.take_allowance(self.ws.ledger, name, at, wanted=wanted, limit=limit)
        self.held[name] = (at, max(0, left - 1))
        return 0.0 if left else seconds - passed
