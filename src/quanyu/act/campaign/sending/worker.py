"""Workers: each takes sends that are due, works them off, and takes more, until nothing is due."""

from __future__ import annotations

import datetime as dt
import os
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from quanyu import ledger
from quanyu.act.audience import withdrawn
from quanyu.act.campaign.brief import kept_brief
from quanyu.act.campaign.launch import KNOWN, ONLY_STEP
from quanyu.act.campaign.sending.journal import Journal, journal
from quanyu.act.campaign.sending.line import Line
from quanyu.act.campaign.sending.message import Job, by_channel
from quanyu.act.campaign.sending.recovery import recover
from quanyu.act.campaign.sending.stop import harm, loss
from quanyu.act.channel import Channel, channel_named
from quanyu.act.consent import Refusals
from quanyu.act.gate import Ask
from quanyu.act.settings import CampaignSettings
from quanyu.errors import ChannelError
from quanyu.ledger import Campaign
from quanyu.text import told
from quanyu.workspace import Workspace

Ways = Callable[[str], Channel]
"""Gives a channel by its name."""
FIRST, LEAST, ROUND_SECONDS = 500, 50, 10.0
"""Sends that a first round takes, and any round at least; how long a round should last."""


def folder_of(ws: Workspace) -> Path:
    """Return where workers keep their notes."""
    return ws.path("sending")


def send_due(ws: Workspace, ways: Ways = channel_named) -> int:
    """Work off everything that is due now, as one worker, and return how many sends were settled.

    `ways` gives the channels to go by; a simulated shop has its own. Begins by settling what workers that died have left. A
    campaign whose channel needs mending is paused with what is wrong.
    """
    who = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
    folder = folder_of(ws)
    n = recover(ws, folder)
    with journal(folder, who) as notes:
        worker = Worker(ws, who, notes, ways)
        while done := sum(worker.round(campaign) for campaign in open_campaigns(ws)):
            n += done
    return n


def open_campaigns(ws: Workspace) -> list[Campaign]:
    """Return the campaigns that are being sent, oldest first."""
    return [one for one in reversed(ledger.list_campaigns(ws.ledger)) if one.status == "sending"]


@dataclass
class Worker:
    """One worker of a workspace, with its name, its notes, how many sends its next round takes, and what it knows of campaigns."""

    ws: Workspace
    who: str
    notes: Journal
    ways: Ways = channel_named
    size: int = FIRST
    asked: dict[str, dict[str, int]] = field(default_factory=dict)
    judged: dict[str, int] = field(default_factory=dict)
    refusals: dict[bool, Refusals] = field(default_factory=dict)

    def round(self, campaign: Campaign) -> int:
        """Work off some of the sends of a campaign that are due; return how many were settled for good or put off."""
        if why := self._harm(campaign.campaign_id):
            pause_for(self.ws, campaign.campaign_id, why)
            return 0
        self._let_go(campaign)
        at, given = self.ws.now(), self.ws.settings.of(CampaignSettings)
        until = at + dt.timedelta(seconds=given.lease_seconds)
        taken = ledger.claim_sends(
            self.ws.ledger,
            campaign.campaign_id,
            self.who,
            at=at,
            until=until,
            limit=min(self.size, given.round_people),
        )
        started, n, job = time.monotonic(), 0, Job(self.ws, campaign)
        refusals = self._refusals(is_marketing=not job.brief.is_service)
        for channel, sends in by_channel(taken).items():
            line = Line(job, channel, self.who, self.notes, refusals, self.ways(channel))
            try:
                line.work(sends)
            except ChannelError as error:
                line.fault = told(error, self.ws.settings.speech)
            n += line.n_settled
            if why := line.fault or harm(self.ws, campaign.campaign_id):
                pause_for(self.ws, campaign.campaign_id, why)
        if taken:
            recover(self.ws, folder_of(self.ws), also=[self.who])
            self.notes.clear()
            seconds = max(time.monotonic() - started, 1e-3)
            self.size = max(LEAST, round(len(taken) / seconds * ROUND_SECONDS))
        close_if_done(self.ws, campaign.campaign_id)
        return n

    def _harm(self, campaign_id: str) -> str:
        """Return why a campaign must not go on. After its first round here, the end of each has asked what came back."""
        first, version = campaign_id not in self.judged, self.ws.warehouse.version("variants")
        if self.judged.get(campaign_id) == version:
            return ""
        self.judged[campaign_id] = version
        return (first and harm(self.ws, campaign_id)) or loss(self.ws, campaign_id)

    def _refusals(self, *, is_marketing: bool) -> Refusals:
        known = self.refusals.get(is_marketing)
        if known is None:
            known = self.refusals[is_marketing] = Refusals(self.ws, is_marketing=is_marketing)
        known.renew()
        return known

    def _let_go(self, campaign: Campaign) -> None:
        """Suppress who waits and may no longer be written to: asked again whenever what is known of people has changed."""
        known = {name: self.ws.warehouse.version(name) for name in KNOWN}
        if self.asked.get(campaign.campaign_id, campaign.design.get("versions")) == known:
            return
        self.asked[campaign.campaign_id] = known
        brief = kept_brief(campaign.design)
        for channel in brief.channels:
            ask = Ask((channel,), self.ws.now(), is_marketing=not brief.is_service)
            gone = self.ws.warehouse.read(withdrawn(self.ws, campaign.campaign_id, ask)).to_pylist()
            with self.ws.ledger.begin() as connection:
                ledger.suppress(connection, campaign.campaign_id, gone, step=ONLY_STEP, at=self.ws.now())


def pause_for(ws: Workspace, campaign_id: str, note: str) -> None:
    """Pause a campaign that is being sent, for a reason on record."""
    with ws.ledger.begin() as connection:
        ledger.set_campaign(connection, campaign_id, "paused", was=("sending",), at=ws.now(), note=note)


def close_if_done(ws: Workspace, campaign_id: str) -> None:
    """Mark a campaign in which nobody waits any more as done."""
    if not ledger.has_waiting(ws.ledger, campaign_id):
        with ws.ledger.begin() as connection:
            ledger.set_campaign(connection, campaign_id, "done", was=("sending",), at=ws.now())
