"""A shop whose people its script has seen, and a campaign in a slot of its pages."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from tests.act.campaign.conftest import launched
from tests.act.conftest import YEAR_AGO, fill_shop, person, put

from quanyu import ledger
from quanyu.act.campaign.sending import send_due
from quanyu.act.slot import message_for
from quanyu.ledger import Campaign
from quanyu.workspace import Workspace

N = 60
CONTENT = {
    "template": "home",
    "text": "{{ person.name }}, come in",
    "link": "https://shop.example/spring",
    "fields": {"image": "https://shop.example/a.png", "times": "2", "days": "5"},
}


def browser(number: int) -> str:
    return f"browser-{number}"


class Site:
    """A shop whose people have been seen by its script; `at` is its clock."""

    def __init__(self, ws: Workspace) -> None:
        fill_shop(ws, N)
        seen = [i for i in range(N) if i % 20 != 7]
        keys = [("cookie", f"{name}-{i}", i) for name in ("browser", "second") for i in seen]
        keys += [("user", str(i), i) for i in range(N)]
        put(ws, "identities", [
            {"id_key": f"{kind}:{value}", "kind": kind, "person_id": person(i)} for kind, value, i in keys
        ])  # fmt: skip
        put(ws, "consents", [
            {"id_key": f"user:{i}", "purpose": "marketing", "channel": "all", "is_granted": True, "decided_at": YEAR_AGO,
             "source": "test"}
            for i in range(N) if i % 20 != 1
        ])  # fmt: skip
        self.at = ws.now()
        self.ws = Workspace(ws.root, ws.settings, lambda: self.at)

    def launch(self, **changes: Any) -> Campaign:
        wanted = {"channels": ["site"], "content": {"site": CONTENT}, "control_share": 0.25} | changes
        campaign = launched(self.ws, **wanted)
        send_due(self.ws)
        return campaign

    def later(self, **span: float) -> None:
        self.at += dt.timedelta(**span)
        send_due(self.ws)

    def told(self, campaign: Campaign) -> Counter[tuple[str, str]]:
        sends = ledger.count_sends(self.ws.ledger, campaign.campaign_id)
        return Counter({(status, reason): n for _, status, reason, n in sends})

    def ask(self, number: int, slot: str = "home") -> Any:
        return message_for(self.ws, slot, browser(number), "person")

    def status(self, campaign: Campaign, status: str) -> list[int]:
        pages = ledger.stream_sends(self.ws.ledger, campaign_id=campaign.campaign_id, status=status)
        return sorted(int(name[1:]) for page in pages for name in page["person_id"])
