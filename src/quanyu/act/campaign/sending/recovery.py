"""What a worker that died has left: what it did not begin is free again, what it settled counts, the provider is asked of the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from quanyu import ledger
from quanyu.act.campaign.sending.journal import Notes, dead_workers, forget, read_notes
from quanyu.act.campaign.sending.message import Job, by_channel, key_of
from quanyu.act.campaign.sending.note import read_note
from quanyu.act.campaign.sending.verdict import UNKNOWN, verdict
from quanyu.act.channel import Outcome, channel_named
from quanyu.ledger import ClaimedSend, SettledSend
from quanyu.workspace import Workspace


def recover(ws: Workspace, folder: Path, also: Collection[str] = ()) -> int:
    """Settle what dead workers have left, and return how many sends that were.

    Dead is who let go of its lock on this machine, or whose lease has run out anywhere, or who is named in `also`. What such a
    worker began and nobody can tell the end of has failed with the reason `outcome_unknown`: it may have arrived, and nobody
    is written to twice.
    """
    dead = dead_workers(folder)
    lost = ledger.lost_sends(ws.ledger, [*dead, *also], at=ws.now())
    n = 0
    for who, sends in lost.items():
        notes = read_notes(folder, who)
        for campaign_id in dict.fromkeys(send.campaign_id for send in sends):
            theirs = [send for send in sends if send.campaign_id == campaign_id]
            done = list(_settled(ws, campaign_id, theirs, notes))
            n += ledger.settle_sends(ws.ledger, campaign_id, who, done, at=ws.now())
    for who in dead:
        forget(folder, who)
    return n


def _settled(
    ws: Workspace, campaign_id: str, sends: Sequence[ClaimedSend], notes: Notes
) -> Iterator[SettledSend]:
    begun = []
    for send in sends:
        state, said = notes.states.get(
            (campaign_id, send.place), ("", "") if notes.is_believed else ("begun", "")
        )
        if state == "begun":
            begun.append(send)
        else:
            yield read_note(said) if state == "ended" else _free(send)
    campaign = ledger.find_campaign(ws.ledger, campaign_id)
    assert campaign is not None
    job = Job(ws, campaign)
    for channel, theirs in by_channel(begun).items():
        yield from _asked(job, channel, theirs)


def _asked(job: Job, channel: str, sends: Sequence[ClaimedSend]) -> Iterator[SettledSend]:
    """Yield what the provider knows of sends; they may go again where it keeps keys."""
    way = channel_named(channel)
    if way.is_idempotent:
        yield from map(_free, sends)
        return
    assert way.open is not None
    known, sender = job.queued(sends), way.open(job.ws)
    messages = [
        job.outgoing(send, known[send.place, channel]) for send in sends if (send.place, channel) in known
    ]
    try:
        told = {outcome.key: outcome for outcome in sender.ask(messages)}
    finally:
        sender.close()
    unknown = Outcome("", "permanent", UNKNOWN)
    for send in sends:
        yield verdict(send, told.get(key_of(send), unknown), job.ws.now(), None)


def _free(send: ClaimedSend) -> SettledSend:
    return send.waits(send.due_at)
