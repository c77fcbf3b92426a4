"""A line to the shop's own pages: a message waits in its slot until its person comes by, or its time is over."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa

from quanyu.act.channel.message import Content, Outcome, Outgoing
from quanyu.act.settings import SiteSettings
from quanyu.ledger.placement import Placement, place_messages
from quanyu.part.told_consent import key_of
from quanyu.text import Sentence
from quanyu.workspace import Workspace

SLOT = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
NUMBERS = ("times", "days")
"""Fields of a content that say how often it is shown at most, and for how many days."""
AGAIN = dt.timedelta(hours=6)
"""After so long a message that waits is looked at again: browsers that became known since are told of it."""
BATCH = 500
WAITS, NOT_SHOWN = "in_slot", "not_shown"


@dataclass(frozen=True)
class Slots:
    """A line into the slots of a workspace."""

    ws: Workspace

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        """Put messages into their slots; see `Sender.send`. One that was shown is delivered, one whose time is over expires."""
        remaining = iter(messages)
        while some := list(itertools.islice(remaining, BATCH)):
            for message in some:
                begin(message)
            yield from self._placed(some)

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield nothing: messages may be put into their slots again."""
        return iter(())

    def close(self) -> None:
        """There is nothing to hang up."""

    def _placed(self, some: Sequence[Outgoing]) -> Iterator[Outcome]:
        at, given = self.ws.now(), self.ws.settings.of(SiteSettings)
        browsers = self._browsers([message.contact for message in some])
        placements = {}
        for message in some:
            person_id, id_keys = browsers.get(message.contact, ("", ()))
            campaign_id, _, place = message.key.rpartition(":")
            fields = message.content.fields
            placements[message.key] = Placement(
                campaign_id=campaign_id,
                place=int(place),
                person_id=person_id,
                slot=message.content.template,
                id_keys=id_keys,
                content=_shown(message.content),
                is_marketing=message.is_marketing,
                placed_at=at,
                until_at=at + dt.timedelta(days=int(fields.get("days") or given.days)),
                most_shown=int(fields.get("times") or given.times),
            )
        told = place_messages(self.ws.ledger, list(placements.values()), at=at)
        for key, one in placements.items():
            n_shown, until = told[one.campaign_id, one.place]
            if n_shown:
                yield Outcome(key, "delivered")
            elif until <= at:
                yield Outcome(key, "expired", NOT_SHOWN)
            else:
                wait = min(AGAIN, until - at)
                yield Outcome(key, "later", WAITS, after_seconds=wait.total_seconds())

    def _browsers(self, contacts: Sequence[str]) -> Mapping[str, tuple[str, tuple[str, ...]]]:
        """Return by browser whose it is, and all browsers of that person."""
        keys = {contact: key_of("cookie", contact, self.ws.secret) for contact in contacts}
        rows = self.ws.warehouse.table("identities")
        asked = ibis.memtable(pa.table({"id_key": pa.array(sorted(set(keys.values())), pa.string())}))
        people = rows.semi_join(asked, "id_key").select("person_id").distinct()
        theirs = rows.filter(rows.kind == "cookie").semi_join(people, "person_id")
        whose, held = dict[str, str](), defaultdict[str, list[str]](list)
        for row in self.ws.warehouse.read(
            theirs.select("id_key", "person_id").order_by("id_key")
        ).to_pylist():
            whose[row["id_key"]] = row["person_id"]
            held[row["person_id"]].append(row["id_key"])
        return {
            contact: (whose[key], tuple(held[whose[key]])) for contact, key in keys.items() if key in whose
        }


def _shown(content: Content) -> dict[str, Any]:
    """Return what a page gets of a content."""
    fields = {name: value for name, value in content.fields.items() if name not in NUMBERS}
    return {
        "subject": content.subject,
        "text": content.text,
        "html": content.html,
        "link": content.link,
        "fields": fields,
    }


def open_line(ws: Workspace) -> Slots:
    """Return a line into the slots."""
    return Slots(ws)


def faults(_: Workspace, content: Content) -> list[str]:
    """Return what keeps a content from being shown."""
    found = list[str]()
    if SLOT.fullmatch(content.template) is None:
        found.append(Sentence("the template names the slot: small letters, digits, - and _"))
    if not any((content.text.strip(), content.html.strip(), content.fields.keys() - set(NUMBERS))):
        found.append(Sentence("the message says nothing"))
    found += [
        Sentence("the field {name} is a whole number from 1 to {most}", name=name, most=MOST[name])
        for name in NUMBERS
        if name in content.fields and not _is_count(content.fields[name], MOST[name])
    ]
    return found


MOST = {"times": 1000, "days": 365}


def _is_count(word: str, most: int) -> bool:
    return word.isascii() and word.isdecimal() and 1 <= int(word) <= most
