"""Campaigns and their sends: an audience frozen in one transaction, every person in it with a status and a reason.

audience = delivered + failed + suppressed + held out + pending, whatever is killed when.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.decision import DECISIONS
from quanyu.ledger.document import Document
from quanyu.ledger.store import Scope, insert_once, reading, schema, writing
from quanyu.text import Text

CAMPAIGNS = sa.Table(
    "campaigns",
    schema.METADATA,
    schema.text("campaign_id", primary_key=True),
    schema.whole("campaign_no"),
    schema.text("decision_id"),
    schema.text("name"),
    schema.text("kind"),
    schema.text("channel"),
    schema.text("status"),
    schema.json("design"),
    schema.time("frozen_at"),
    schema.time("exported_at", is_required=False),
    schema.text("note"),
    sa.CheckConstraint(
        "status IN ('frozen', 'exported', 'sending', 'paused', 'stopped', 'done')", name="status"
    ),
    sa.UniqueConstraint("decision_id"),
    sa.UniqueConstraint("campaign_no"),
)


SENDS = sa.Table(
    "sends",
    schema.METADATA,
    schema.text("campaign_id", primary_key=True),
    schema.text("step", primary_key=True),
    schema.text("person_id", primary_key=True),
    schema.text("arm"),
    schema.text("channel"),
    schema.text("status"),
    schema.text("reason"),
    schema.text("why"),
    schema.time("changed_at"),
    schema.whole("place"),
    schema.text("variant"),
    schema.time("due_at", is_required=False),
    schema.whole("n_attempts"),
    schema.text("receipt"),
    sa.Column("claimed_by", schema.Words),
    schema.time("claimed_until", is_required=False),
    sa.CheckConstraint(
        "status IN ('pending', 'delivered', 'failed', 'suppressed', 'held_out')", name="status"
    ),
    sa.Index(None, "campaign_id", "step", "status"),
    sa.Index(None, "campaign_id", "place"),
    sa.Index("ix_sends_due", "campaign_id", "due_at", "place", sqlite_where=sa.text("status = 'pending'"),
             postgresql_where=sa.text("status = 'pending'")),
    sa.Index("ix_sends_claimed", "claimed_by", sqlite_where=sa.text("claimed_by IS NOT NULL"),
             postgresql_where=sa.text("claimed_by IS NOT NULL")),
)  # fmt: skip

REACTIONS = sa.table("responses", sa.column("campaign_id"), sa.column("kind"), sa.column("send_id"))
"""What is counted of the record of responses."""

SendStatus = Annotated[Literal["pending", "delivered", "failed", "suppressed", "held_out"], Text]
CampaignStatus = Annotated[Literal["frozen", "exported", "sending", "paused", "stopped", "done"], Text]
"""A list is `frozen` until its file is `exported`; messages go out while a campaign is `sending`, and everybody in it has an
outcome once it is `done` or `stopped`."""
CHUNK = 50_000
SHOWN = (
    "campaign_id",
    "step",
    "person_id",
    "arm",
    "channel",
    "status",
    "reason",
    "why",
    "variant",
    "place",
    "changed_at",
)
"""What analyses see of a send."""
FRESH = {"variant": "", "due_at": None, "n_attempts": 0, "receipt": ""}
"""A send that nobody has tried yet."""


@dataclass(frozen=True)
class Campaign:
    """An audience that was frozen and what it is for; `design` holds rule, shares, window and table versions.

    `campaign_no` counts campaigns from 1, for short links; `note` says why it was paused or stopped.
    """

    campaign_id: str
    decision_id: str
    name: str
    kind: str
    channel: str
    status: CampaignStatus
    design: Document
    frozen_at: dt.datetime
    exported_at: dt.datetime | None = None
    campaign_no: int = 0
    note: str = ""


@dataclass(frozen=True)
class Send:
    """One person in one step of a campaign: `why` they were chosen, and the `reason` of the status."""

    campaign_id: str
    step: str
    person_id: str
    arm: str
    channel: str
    status: SendStatus
    reason: str
    why: str
    changed_at: dt.datetime
    place: int = 0
    variant: str = ""


def freeze(connection: Connection, campaign: Campaign, rows: Iterable[Sequence[Mapping[str, Any]]]) -> int:
    """Record a campaign and its sends, given in batches of rows, and return how many people it has.

    Belongs to the transaction that marks its decision as done. A campaign that is there already gets no more. Rows are
    numbered in the order in which they come, from 0: the `place` of a send.
    """
    newest = connection.execute(
        sa.select(sa.func.coalesce(sa.func.max(CAMPAIGNS.c.campaign_no), 0))
    ).scalar_one()
    if not insert_once(connection, CAMPAIGNS, [{**vars(campaign), "campaign_no": newest + 1}]):
        return 0
    n = 0
    for batch in rows:
        numbered = [{**FRESH, **row, "place": n + at} for at, row in enumerate(batch)]
        connection.execute(sa.insert(SENDS), numbered)
        n += len(numbered)
    return n


def queue_sends(scope: Scope, campaign_id: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add people to a campaign that goes on, each with a place of its own; who is in its step already stays as they are.

    A campaign in which nobody waited any more goes on. Returns how many were new.
    """
    with writing(scope) as connection:
        n = insert_once(connection, SENDS, [{**FRESH, **row} for row in rows])
        own = (CAMPAIGNS.c.campaign_id == campaign_id) & (CAMPAIGNS.c.status == "done")
        connection.execute(sa.update(CAMPAIGNS).where(own).values(status="sending", exported_at=None))
        return n


def leave_sends(
    scope: Scope,
    campaign_ids: Sequence[str],
    places: Sequence[int],
    *,
    reason: str,
    at: dt.datetime,
) -> int:
    """Let go who waits at some places of some campaigns and whom no worker holds; return how many they were."""
    with writing(scope) as connection:
        n = 0
        for start in range(0, len(places), 500):
            waiting = (
                SENDS.c.campaign_id.in_(campaign_ids)
                & SENDS.c.place.in_(places[start : start + 500])
                & (SENDS.c.status == "pending")
                & SENDS.c.claimed_by.is_(None)
            )
            change = sa.update(SENDS).where(waiting).values(status="suppressed", reason=reason, changed_at=at)
            n += connection.execute(change).rowcount
        return n


def shift_sends(scope: Scope, campaign_id: str, by: dt.timedelta) -> int:
    """Put off by a time whatever waits in a campaign; return how many sends that are."""
    with writing(scope) as connection:
        waiting = (
            (SENDS.c.campaign_id == campaign_id) & (SENDS.c.status == "pending") & SENDS.c.due_at.is_not(None)
        )
        moments = connection.execute(sa.select(SENDS.c.place, SENDS.c.due_at).where(waiting)).all()
        change = sa.update(SENDS).where(waiting, SENDS.c.place == sa.bindparam("at_place"))
        if moments:
            rows = [{"at_place": place, "later": due_at + by} for place, due_at in moments]
            connection.execute(change.values(due_at=sa.bindparam("later")), rows)
        return len(moments)


def set_campaign(
    connection: Connection,
    campaign_id: str,
    status: CampaignStatus,
    *,
    was: Sequence[CampaignStatus],
    at: dt.datetime,
    note: str = "",
) -> bool:
    """Give a campaign another status where it has one of those it `was`, and say whether it had."""
    ends = {"exported_at": at} if status in ("done", "stopped") else {}
    held = (CAMPAIGNS.c.campaign_id == campaign_id) & CAMPAIGNS.c.status.in_(was)
    return (
        connection.execute(sa.update(CAMPAIGNS).where(held).values(status=status, note=note, **ends)).rowcount
        == 1
    )


def find_send(scope: Scope, campaign_no: int, place: int) -> Send | None:
    """Return the send at a place of a campaign, None where there is none."""
    names = [SENDS.c[name] for name in Send.__dataclass_fields__]
    wanted = sa.select(*names).join(CAMPAIGNS, CAMPAIGNS.c.campaign_id == SENDS.c.campaign_id)
    wanted = wanted.where(CAMPAIGNS.c.campaign_no == campaign_no, SENDS.c.place == place)
    with reading(scope) as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else Send(**row._mapping)


def send_named(scope: Scope, name: str) -> Send | None:
    """Return the send that `campaign:step:person`, or a message's key `campaign:place`, names; None where there is none."""
    campaign_id, *rest = name.split(":", 2)
    match rest:
        case [place] if place.isdecimal():
            is_named = SENDS.c.place == int(place)
        case [step, person_id]:
            is_named = (SENDS.c.step == step) & (SENDS.c.person_id == person_id)
        case _:
            return None
    wanted = sa.select(*[SENDS.c[field] for field in Send.__dataclass_fields__])
    with reading(scope) as connection:
        row = connection.execute(wanted.where(SENDS.c.campaign_id == campaign_id, is_named)).one_or_none()
    return None if row is None else Send(**row._mapping)


@dataclass(frozen=True)
class Receipt:
    """The provider's number of what was handed over for a send, and when that was."""

    place: int
    receipt: str
    at: dt.datetime


def list_receipts(scope: Scope, campaign_id: str, channel: str) -> list[Receipt]:
    """Return the receipts of what a channel took of a campaign, by place."""
    wanted = sa.select(SENDS.c.place, SENDS.c.receipt, SENDS.c.changed_at.label("at")).order_by(SENDS.c.place)
    wanted = wanted.where(
        SENDS.c.campaign_id == campaign_id,
        SENDS.c.channel == channel,
        SENDS.c.status == "delivered",
        SENDS.c.receipt != "",
    )
    with reading(scope) as connection:
        return [Receipt(**row._mapping) for row in connection.execute(wanted)]


def mark_exported(connection: Connection, campaign_id: str, *, step: str, at: dt.datetime) -> int:
    """Record that everybody still pending in a step was handed over, and return how many they were."""
    pending = (SENDS.c.campaign_id == campaign_id) & (SENDS.c.step == step) & (SENDS.c.status == "pending")
    delivered = sa.update(SENDS).where(pending).values(status="delivered", changed_at=at)
    done = sa.update(CAMPAIGNS).where(CAMPAIGNS.c.campaign_id == campaign_id)
    connection.execute(done.values(status="exported", exported_at=at))
    return connection.execute(delivered).rowcount


def suppress(
    connection: Connection, campaign_id: str, rows: Sequence[Mapping[str, str]], *, step: str, at: dt.datetime
) -> None:
    """Record that people still pending in a step are not to be contacted; a row has `person_id` and `reason`."""
    pending = (SENDS.c.campaign_id == campaign_id) & (SENDS.c.step == step) & (SENDS.c.status == "pending")
    change = sa.update(SENDS).where(pending, SENDS.c.person_id == sa.bindparam("who"))
    change = change.values(status="suppressed", reason=sa.bindparam("because"), changed_at=at)
    if rows:
        connection.execute(change, [{"who": row["person_id"], "because": row["reason"]} for row in rows])


def list_campaigns(scope: Scope, *, decision_id: str = "", limit: int = 1000) -> list[Campaign]:
    """Return the newest campaigns, newest first; of one decision where named."""
    wanted = sa.select(CAMPAIGNS).order_by(CAMPAIGNS.c.frozen_at.desc(), CAMPAIGNS.c.campaign_id)
    wanted = wanted.where(CAMPAIGNS.c.decision_id == decision_id) if decision_id else wanted
    with reading(scope) as connection:
        return [Campaign(**row._mapping) for row in connection.execute(wanted.limit(limit))]


def find_campaign(scope: Scope, campaign_id: str) -> Campaign | None:
    """Return a campaign, None when there is none."""
    with reading(scope) as connection:
        wanted = sa.select(CAMPAIGNS).where(CAMPAIGNS.c.campaign_id == campaign_id)
        row = connection.execute(wanted).one_or_none()
    return None if row is None else Campaign(**row._mapping)


def count_sends(scope: Scope, campaign_id: str, *, status: str = "") -> list[tuple[str, str, str, int]]:
    """Return how many people of a campaign stand in each (arm, status, reason); in one status where named."""
    columns = (SENDS.c.arm, SENDS.c.status, SENDS.c.reason)
    wanted = sa.select(*columns, sa.func.count()).where(SENDS.c.campaign_id == campaign_id)
    wanted = wanted.where(SENDS.c.status == status) if status else wanted
    with reading(scope) as connection:
        rows = connection.execute(wanted.group_by(*columns).order_by(*columns)).all()
    return [(arm, status, reason, int(n)) for arm, status, reason, n in rows]


def count_variants(scope: Scope, campaign_id: str) -> list[tuple[str, str, str, int]]:
    """Return how many people of a campaign who were to get a message stand in each (channel, variant, status)."""
    columns = (SENDS.c.channel, SENDS.c.variant, SENDS.c.status)
    wanted = sa.select(*columns, sa.func.count()).where(
        SENDS.c.campaign_id == campaign_id, SENDS.c.variant != ""
    )
    with reading(scope) as connection:
        rows = connection.execute(wanted.group_by(*columns).order_by(*columns)).all()
    return [(channel, variant, status, int(n)) for channel, variant, status, n in rows]


def count_responses(scope: Scope, campaign_id: str) -> dict[str, int]:
    """Return to how many sends of a campaign there was each kind of reaction, as it was told: before programs are told apart."""
    n_sends = sa.func.count(sa.distinct(REACTIONS.c.send_id))
    wanted = sa.select(REACTIONS.c.kind, n_sends).where(REACTIONS.c.campaign_id == campaign_id)
    with reading(scope) as connection:
        return {kind: int(n) for kind, n in connection.execute(wanted.group_by(REACTIONS.c.kind))}


def stream_sends(
    scope: Scope, *, campaign_id: str = "", status: str = ""
) -> Iterator[dict[str, Sequence[str]]]:
    """Yield the sends in batches, in the order of their key, as columns: those that are `SHOWN`.

    Of one campaign or status where named.
    """
    columns = [SENDS.c[name] for name in SHOWN]
    wanted = sa.select(*columns).order_by(SENDS.c.campaign_id, SENDS.c.step, SENDS.c.person_id)
    for column, value in ((SENDS.c.campaign_id, campaign_id), (SENDS.c.status, status)):
        wanted = wanted.where(column == value) if value else wanted
    names = [column.name for column in columns]
    with reading(scope) as connection:
        result = connection.execution_options(yield_per=CHUNK).execute(wanted)
        for part in result.partitions(CHUNK):
            yield dict(zip(names, zip(*part, strict=True), strict=True))


def contacts_since(
    scope: Scope, campaign_ids: Sequence[str], since: dt.datetime, people: Sequence[str] | None = None
) -> list[tuple[str, dt.datetime]]:
    """Return whom campaigns have written to since a moment, or will, and when; only some people where named."""
    at = sa.type_coerce(sa.func.coalesce(SENDS.c.due_at, SENDS.c.changed_at), SENDS.c.changed_at.type)
    is_ours = SENDS.c.campaign_id.in_(campaign_ids) & SENDS.c.status.in_(("pending", "delivered"))
    wanted = sa.select(SENDS.c.person_id, at).where(is_ours, SENDS.c.changed_at >= since)
    with reading(scope) as connection:
        if people is not None:
            wanted = wanted.where(schema.among(connection, SENDS.c.person_id, people))
        return [(person, at) for person, at in connection.execute(wanted)] if campaign_ids else []


def count_states(scope: Scope, campaign_id: str = "") -> dict[str, Counter[str]]:
    """Return for every campaign how many people stand in each status; for one where named.

    Steps are told apart, so that the index has all that is asked.
    """
    columns = (SENDS.c.campaign_id, SENDS.c.step, SENDS.c.status)
    wanted = sa.select(*columns, sa.func.count()).group_by(*columns)
    wanted = wanted.where(SENDS.c.campaign_id == campaign_id) if campaign_id else wanted
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with reading(scope) as connection:
        for name, _, status, n in connection.execute(wanted):
            counts[name][status] += int(n)
    return counts


def has_waiting(scope: Scope, campaign_id: str) -> bool:
    """Say whether anybody in a campaign still waits."""
    waiting = sa.exists().where(SENDS.c.campaign_id == campaign_id, SENDS.c.status == "pending")
    with reading(scope) as connection:
        return bool(connection.scalar(sa.select(waiting)))


def decisions_stamp(scope: Scope) -> str:
    """Return a text that changes whenever a decision or a campaign changes."""
    campaigns = sa.select(
        sa.func.count(), sa.func.max(CAMPAIGNS.c.frozen_at), sa.func.max(CAMPAIGNS.c.exported_at)
    )
    moments = (DECISIONS.c.proposed_at, DECISIONS.c.decided_at, DECISIONS.c.done_at, DECISIONS.c.measured_at)
    decisions = sa.select(sa.func.count(), *(sa.func.max(moment) for moment in moments))
    with reading(scope) as connection:
        return " ".join(
            str(value) for query in (campaigns, decisions) for value in connection.execute(query).one()
        )
