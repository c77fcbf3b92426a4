"""Sources of live events: added with a key, set up by a snippet, revoked."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from quanyu import ledger
from quanyu.collect.collector.wire import wires
from quanyu.collect.settings import CollectorSettings
from quanyu.errors import AccessError
from quanyu.ledger import Source
from quanyu.nearest import did_you_mean
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace

NAME = re.compile(r"\w[\w.-]{0,63}")


@dataclass(frozen=True)
class NewSource:
    """What sends events, and the kind of client that it sends them with."""

    name: str
    kind: str


@dataclass(frozen=True)
class Revoked:
    """The source whose key is to be revoked."""

    name: str


@dataclass(frozen=True)
class SetUp:
    """How one client of a source is set up: what is installed, and the code with address and key in it."""

    client: str
    install: str
    code: str


def snippets(ws: Workspace, source: Source) -> list[SetUp]:
    """Return how the clients of a source's kind are set up, the likeliest first."""
    url = ws.settings.of(CollectorSettings).url
    wire = wires().get(source.kind)
    return (
        [SetUp(one.client, one.install, one.filled(url, source.write_key)) for one in wire.snippets]
        if wire
        else []
    )


def _add(ws: Workspace, given: NewSource, caller: Caller) -> Source:
    if given.kind not in wires():
        near = did_you_mean(given.kind, wires())
        raise AccessError(
            "There is no kind of client {kind!r}.",
            "{near} Kinds: {known}." if near else "Kinds: {known}.",
            kind=given.kind[:40],
            near=near,
            known=", ".join(sorted(wires())),
        )
    if not NAME.fullmatch(given.name):
        raise AccessError(
            "A source cannot be called {name!r}: a name has 1 to 64 letters, digits, dots, dashes and underlines.",
            "Name what sends the events, such as: quanyu source add shop --kind browser",
            name=given.name[:80],
        )
    source = Source(secrets.token_hex(16), given.name, given.kind, made_by=caller.who, made_at=ws.now())
    if not ledger.add_source(ws.ledger, source):
        raise AccessError(
            "There is a source {name!r} with a valid key.",
            "Take another name, or revoke its key first: quanyu source revoke {name}",
            name=given.name,
        )
    return source


def _revoke(ws: Workspace, given: Revoked, caller: Caller) -> Source:
    source = ledger.revoke_source(ws.ledger, given.name, who=caller.who, at=ws.now())
    if source is None:
        known = [one.name for one in ledger.list_sources(ws.ledger) if one.is_valid]
        raise AccessError(
            "There is no source {name!r} with a valid key.",
            "{near} All of them: quanyu source list",
            name=given.name[:80],
            near=did_you_mean(given.name, known),
        )
    return source


ADD_SOURCE = Action(
    "add_source",
    "Add a source of live events, and make its write key.",
    NewSource,
    Source,
    _add,
    "owner",
    said="added the source {name} of kind {kind}",
)
REVOKE_SOURCE = Action(
    "revoke_source",
    "Let the write key of a source open nothing any more.",
    Revoked,
    Source,
    _revoke,
    "owner",
    said="revoked the key of the source {name}",
)
