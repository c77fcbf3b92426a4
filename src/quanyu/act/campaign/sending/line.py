"""A line to one channel: messages go out one after another, each noted before and after, and settled in commits of many."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from quanyu import ledger
from quanyu.act.campaign.sending.journal import Journal
from quanyu.act.campaign.sending.message import Job, Queued, key_of, place_of
from quanyu.act.campaign.sending.note import noted
from quanyu.act.campaign.sending.verdict import verdict
from quanyu.act.channel import Channel, Outcome, Outgoing
from quanyu.act.consent import Refusals
from quanyu.act.gate import Hours, zone_named
from quanyu.act.response import Response
from quanyu.act.settings import GateSettings
from quanyu.act.track import record_responses
from quanyu.ledger import ClaimedSend, SettledSend

FLUSH = 500
"""Outcomes that one commit settles, at most."""
FLUSH_SECONDS = 0.5
"""How long an outcome waits for its commit, and how old the knowledge of a pause or of who opted out may be."""


TOLD = {"opt_out": "unsubscribed", "permanent": "deferred"}
"""Answers of a provider that are remembered as reactions. A contact that is gone has `bounced` and is left alone from then on; one
that did not take this message (taken for spam, a value too long) may take another.
"""


@dataclass
class Line:
    """One channel of a job in the hands of a worker `who`; `way` is how messages go, `fault` what must be mended before any does."""

    job: Job
    channel: str
    who: str
    notes: Journal
    refusals: Refusals
    way: Channel
    fault: str = ""
    n_settled: int = 0
    _left: dict[str, ClaimedSend] = field(default_factory=dict)
    _messages: dict[tuple[int, str], Queued] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)
    _done: list[SettledSend] = field(default_factory=list)
    _told: list[Response] = field(default_factory=list)
    _flushed: float = 0.0
    _is_open: bool = True

    def work(self, sends: Sequence[ClaimedSend]) -> None:
        """Hand the messages of sends over and settle what becomes of each; what did not begin is given back as it was.

        What began without an end stays claimed: whoever recovers asks the provider.
        """
        assert self.way.open is not None
        self._left = {key_of(send): send for send in sends}
        self._messages = self.job.queued(sends)
        self._flushed = time.monotonic()
        sender = self.way.open(self.job.ws)
        try:
            for outcome in sender.send(self._outgoing(sends), self._begin):
                self._end(outcome)
        finally:
            sender.close()
            given_back = [send for key, send in self._left.items() if key not in self._begun]
            self._done += [send.waits(send.due_at) for send in given_back]
            self._flush()

    def _outgoing(self, sends: Sequence[ClaimedSend]) -> Iterator[Outgoing]:
        hours = self._hours()
        for send in sends:
            if time.monotonic() - self._flushed > FLUSH_SECONDS:
                self._flush()
            if not self._is_open:
                return
            message = self._messages.get((send.place, send.channel))
            if message is None or self._has_refused(send, message):
                self._settle(key_of(send), SettledSend(send.place, "suppressed", send.channel, "withdrawn"))
            elif (late := _put_off(self.job, send, message, hours)) is not None:
                self._settle(key_of(send), late)
            else:
                yield self.job.outgoing(send, message)

    def _has_refused(self, send: ClaimedSend, message: Queued) -> bool:
        kinds = self.way.kinds
        return any(self.refusals.holds(send.person_id, kind, message.contact, self.channel) for kind in kinds)

    def _begin(self, message: Outgoing) -> None:
        self._begun.add(message.key)
        self.notes.begun(self.job.campaign.campaign_id, place_of(message.key))

    def _end(self, outcome: Outcome) -> None:
        send = self._left[outcome.key]
        one = verdict(send, outcome, self.job.ws.now(), self._fallback(send))
        self.notes.ended(send.campaign_id, send.place, noted(one))
        if outcome.status == "configuration":
            self.fault, self._is_open = outcome.detail or outcome.reason, False
        if outcome.status in TOLD:
            kind = "bounced" if outcome.is_gone else TOLD[outcome.status]
            self._told.append(Response(kind, outcome.key, at=self.job.ws.now(), detail=_said(outcome)))
        self._settle(outcome.key, one)

    def _fallback(self, send: ClaimedSend) -> str | None:
        """Return the channel to try after this one; the launch has written down whether the person has a contact there."""
        channels = self.job.brief.channels
        later = channels[channels.index(send.channel) + 1 :]
        return next((name for name in later if (send.place, name) in self._messages), None)

    def _settle(self, key: str, one: SettledSend) -> None:
        del self._left[key]
        self._begun.discard(key)
        self._done.append(one)
        if len(self._done) >= FLUSH:
            self._flush()

    def _flush(self) -> None:
        done, self._done, self._flushed = self._done, [], time.monotonic()
        told, self._told = self._told, []
        campaign_id, ws = self.job.campaign.campaign_id, self.job.ws
        self.n_settled += ledger.settle_sends(ws.ledger, campaign_id, self.who, done, at=ws.now())
        record_responses(ws, self.channel, told)
        self.refusals.renew()
        now = ledger.find_campaign(ws.ledger, campaign_id)
        self._is_open = self._is_open and now is not None and now.status == "sending"

    def _hours(self) -> Hours | None:
        given = self.job.ws.settings.of(GateSettings)
        return None if self.job.brief.is_service else Hours(given.open_from, given.open_until)


def _put_off(job: Job, send: ClaimedSend, message: Queued, hours: Hours | None) -> SettledSend | None:
    """Return the send put off to the next open hour where its person is; None where that is now."""
    if hours is None:
        return None
    now = job.ws.now()
    due = hours.next(now, zone_named(message.time_zone or "") or job.ws.settings.zone)
    if due <= now:
        return None
    ends = job.brief.timing.ends_at
    late = send.waits(due, "quiet_hours")
    return replace(late, status="suppressed", due_at=None) if ends is not None and due >= ends else late


def _said(outcome: Outcome) -> str:
    return " ".join(part for part in (outcome.reason, outcome.detail) if part)
