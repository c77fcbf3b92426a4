"""Telling programs what happened: segments that somebody entered, campaigns that ended, steps that failed.

Requests are signed as Standard Webhooks has it. The secret of an address is made from the workspace's own and kept nowhere.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import httpx
import ibis
from pydantic import Field

from quanyu import ledger
from quanyu.act.channel.signature import signed
from quanyu.act.channel.wire import checked_address
from quanyu.act.settings import WebhookSettings
from quanyu.errors import ChannelError
from quanyu.ledger import Claim, ClaimedMessage, Dispatcher, Edit, Hook, Message
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace

Event = Literal["segment.entered", "campaign.ended", "alarm", "journey.step"]
STEP_PASSED: Event = "journey.step"
"""Somebody came by a step of a journey that tells programs."""
TOPIC, RECORD = "webhook", "webhooks"
ENDED = ("done", "stopped")
LOOKED_BACK = dt.timedelta(days=1)
"""How far back it is looked for what was not told yet."""
MOST_NAMED = 1000
"""People that one message names; of more it says how many."""


@dataclass(frozen=True)
class NewHook:
    """An address, and what it is told of."""

    url: str
    events: Annotated[tuple[Event, ...], Field(min_length=1)]


@dataclass(frozen=True)
class MadeHook:
    """An address with the secret by which its program knows that the shop wrote."""

    hook: Hook
    secret: str


@dataclass(frozen=True)
class Gone:
    """The address to forget."""

    hook_id: str


@dataclass(frozen=True)
class All:
    """Every address is wanted."""


def key_of(ws: Workspace, hook_id: str) -> bytes:
    """Return the key by which requests to an address are signed."""
    return hmac.digest(bytes.fromhex(ws.secret), f"webhook\0{hook_id}".encode(), hashlib.sha256)


def _add(ws: Workspace, given: NewHook, caller: Caller) -> MadeHook:
    is_private = ws.settings.of(WebhookSettings).allow_private
    if not given.url.startswith(("https://", "http://") if is_private else "https://"):
        raise ChannelError(
            "{url!r} is no address that can be told.",
            "Give one that begins with https://",
            url=given.url[:200],
        )
    hook = Hook(secrets.token_hex(6), given.url, given.events, caller.who, ws.now())
    with ledger.writing(ws.ledger) as connection:
        ledger.save_hook(connection, hook)
        after = {"url": hook.url, "events": list(hook.events)}
        ledger.audited(connection, Edit(ws.now(), caller.who, RECORD, hook.hook_id, None, after))
    return MadeHook(hook, f"whsec_{base64.b64encode(key_of(ws, hook.hook_id)).decode('ascii')}")


def _drop(ws: Workspace, given: Gone, caller: Caller) -> None:
    with ledger.writing(ws.ledger) as connection:
        if not ledger.drop_hook(connection, given.hook_id):
            raise ChannelError(
                "There is no webhook {hook!r}.",
                "All of them: quanyu do list_webhooks",
                hook=given.hook_id[:40],
            )
        ledger.audited(connection, Edit(ws.now(), caller.who, RECORD, given.hook_id, {}, None))


def announce(ws: Workspace) -> int:
    """Post what happened and was not posted yet, and return how many messages that are."""
    hooks = ledger.list_hooks(ws.ledger)
    if not hooks:
        return 0
    happened = list(_happened(ws, {event for hook in hooks for event in hook.events}))
    messages = [
        Message(TOPIC, f"{key}:{hook.hook_id}", {"hook_id": hook.hook_id, "body": body})
        for kind, key, at, body in happened
        for hook in hooks
        if kind in hook.events and at >= hook.made_at
    ]
    with ledger.writing(ws.ledger) as connection:
        return ledger.post(connection, messages, at=ws.now())


def post_to(
    connection: Any,
    kind: Event,
    happened: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    to: str = "",
    at: dt.datetime,
) -> int:
    """Post what happened (a key, what is told) in the transaction that causes it: to one address, or all that want such events.

    Returns how many messages were new.
    """
    hooks = [
        one for one in ledger.list_hooks(connection) if (one.hook_id == to if to else kind in one.events)
    ]
    messages = [
        Message(TOPIC, f"{key}:{hook.hook_id}", {"hook_id": hook.hook_id, "body": _body(kind, at, told)})
        for key, told in happened
        for hook in hooks
    ]
    return ledger.post(connection, messages, at=at) if messages else 0


def _happened(ws: Workspace, wanted: set[str]) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    """Yield what happened: its kind, a key that makes it once, when, and what is told."""
    if "campaign.ended" in wanted:
        for one in ledger.list_campaigns(ws.ledger):
            if one.status in ENDED:
                told = {"campaign_id": one.campaign_id, "name": one.name, "status": one.status}
                at = one.exported_at or one.frozen_at
                yield _event("campaign.ended", one.campaign_id, at, told)
    if "alarm" in wanted:
        for run in ledger.list_runs(ws.ledger):
            if run.status == "failed":
                told = {"step": run.step, "what": "a step of the turn failed"}
                yield _event("alarm", f"{run.step}:{run.started_at:%Y%m%dT%H%M%S%f}", run.started_at, told)
    if "segment.entered" in wanted and ws.warehouse.count("segment_changes"):
        yield from _entered(ws)


def _entered(ws: Workspace) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    rows = ws.warehouse.table("segment_changes")
    since = ibis.literal(ws.now() - LOOKED_BACK)
    came = rows.filter((rows.change == "entered") & (rows.changed_at >= since))
    ranked = came.mutate(
        place=ibis.row_number().over(group_by=["segment_id", "changed_at"], order_by="person_id")
    )
    sizes = ranked.group_by("segment_id", "changed_at").agg(
        n_people=ranked.count(), person_ids=ranked.person_id.collect(where=ranked.place < MOST_NAMED)
    )
    for row in ws.warehouse.read(sizes).to_pylist():
        told = {**row, "person_ids": sorted(row["person_ids"]), "changed_at": row["changed_at"].isoformat()}
        key = f"{row['segment_id']}:{row['changed_at']:%Y%m%dT%H%M%S%f}"
        yield _event("segment.entered", key, row["changed_at"], told)


def _event(kind: str, key: str, at: Any, told: dict[str, Any]) -> tuple[str, str, Any, dict[str, Any]]:
    return kind, f"{kind}:{key}", at, _body(kind, at, told)


def _body(kind: str, at: Any, told: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": kind, "timestamp": at.isoformat(), "data": dict(told)}


def deliver(ws: Workspace) -> int:
    """Deliver what is due and return how many messages arrived; what fails is tried again later, six times in all."""
    dispatcher = Dispatcher(TOPIC, Claim(f"webhook-{secrets.token_hex(4)}"))
    given = ws.settings.of(WebhookSettings)
    with httpx.Client(timeout=given.timeout_seconds, follow_redirects=False, trust_env=False) as client:
        return ledger.deliver_due(ws.ledger, dispatcher, partial(_told, ws, client), ws.now).n_delivered


def _told(ws: Workspace, client: httpx.Client, message: ClaimedMessage) -> None:
    """Tell one program; one that is not to be told any more counts as told. Raises what `httpx` raises."""
    hooks = {hook.hook_id: hook for hook in ledger.list_hooks(ws.ledger)}
    hook = hooks.get(message.payload["hook_id"])
    if hook is None:
        return
    body = json.dumps(message.payload["body"], ensure_ascii=False).encode()
    key = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    headers = signed(key_of(ws, hook.hook_id), f"msg_{key}", int(ws.now().timestamp()), body)
    url, more = httpx.URL(hook.url), {}
    if not ws.settings.of(WebhookSettings).allow_private:
        host, number = checked_address(hook.url)
        headers["Host"], more = url.netloc.decode("ascii"), {"sni_hostname": host}
        url = url.copy_with(host=number)
    client.post(url, content=body, headers=headers, extensions=more).raise_for_status()


ADD = Action(
    "add_webhook",
    "Tell a program what happens; its secret is shown once.",
    NewHook,
    MadeHook,
    _add,
    "owner",
    said="tells {url} of {events}",
)
DROP = Action(
    "drop_webhook",
    "Tell a program nothing any more.",
    Gone,
    type(None),
    _drop,
    "owner",
    said="tells {hook_id} nothing any more",
)
LIST = Action(
    "list_webhooks",
    "List the programs that are told what happens.",
    All,
    list[Hook],
    lambda ws, _, __: ledger.list_hooks(ws.ledger),
    "owner",
    writes=False,
)
