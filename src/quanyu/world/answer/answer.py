"""What people answer to messages: drawn by the seed and the id of each send alone, so in no order and never twice otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from quanyu.world.answer.habit import RECENT_DAYS, STAYS, WINDOW_DAYS, Habits
from quanyu.world.lettering import Flags, Floats, Ints, pick
from quanyu.world.people import People

DRAWS = (
    "arrival", "order", "lag", "open", "click", "reply", "unsubscribe", "complain", "deter", "delay", "pause", "link",
)  # fmt: skip
"""What each send draws a number between 0 and 1 for."""
MAIL, SMS = "mail", "sms"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
PROXY = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
Words = npt.NDArray[np.object_]
SCHEMA = pa.schema(
    [("send_id", pa.string()), ("kind", pa.string()), ("after_seconds", pa.float64()), ("link", pa.int64()),
     ("agent", pa.string()), ("detail", pa.string()), ("is_program", pa.bool_())]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sent:
    """Messages that were handed over, one value each: the send, the number of its person in the shop, channel, variant.

    `n_recent` counts other messages to the same person in the `RECENT_DAYS` before (see `recent`). A message has `n_links` links.
    """

    send_id: Words
    person: Ints
    channel: Words
    variant: Words
    n_recent: Ints
    n_links: int = 3

    def at(self, rows: Flags) -> Sent:
        """Return some of the messages."""
        return replace(
            self, send_id=self.send_id[rows], person=self.person[rows], channel=self.channel[rows],
            variant=self.variant[rows], n_recent=self.n_recent[rows],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answers:
    """What became of messages, one value each, with the truth behind it.

    The first five are true probabilities, before anything was drawn: that the message brings an order (`lift`), is opened,
    clicked by a person, leads to an unsubscribe, to a complaint. `status` is delivered, bounced or deferred; `is_caused` says that
    it brought an order, `order_days` after how many days; `is_deterred` that what would have been bought is not.
    """

    lift: Floats
    p_opened: Floats
    p_clicked: Floats
    p_unsubscribed: Floats
    p_complained: Floats
    sent: Sent
    status: Words
    is_caused: Flags
    is_deterred: Flags
    order_days: Ints
    has: Mapping[str, Flags]
    drawn: Mapping[str, Floats]
    is_scanned: Flags
    is_proxied: Flags

    @cached_property
    def rows(self) -> pa.Table:
        """What the shop gets to know, by send and time: send_id, kind, after_seconds, link, agent, detail, is_program.

        `kind` is a word of `tables.owned.acted.RESPONSE_KINDS`, before anybody has told programs from people; `link` numbers links
        from 1; `is_program` is the truth about who did it. To unsubscribe from a text message is to reply R.
        """
        parts = [*self._arrivals(), *self._programs(), *self._people()]
        whole = pa.concat_tables([part for part in parts if part.num_rows] or [SCHEMA.empty_table()])
        return whole.sort_by(
            [("send_id", "ascending"), ("after_seconds", "ascending"), ("link", "ascending")]
        )

    def _arrivals(self) -> list[pa.Table]:
        status = self.status
        receipts = (status == "delivered") & ~self._goes(MAIL)
        return [
            self._rows(status == "bounced", "bounced", 1.0, detail="550 5.1.1 no such user"),
            self._rows(status == "deferred", "deferred", 1.0, detail="452 4.2.2 mailbox full"),
            self._rows(receipts, "delivered", 2.0),
        ]

    def _programs(self) -> list[pa.Table]:
        arrives = self.status == "delivered"
        scanned = arrives & self.is_scanned
        looked = self._rows(
            arrives & self.is_proxied, "opened", 5 + 50 * self.drawn["pause"], agent=PROXY, is_program=True
        )
        clicks = [
            self._rows(scanned, "clicked", 1 + 0.2 * link, link=link, agent=PHONE, is_program=True)
            for link in range(1, self.sent.n_links + 1)
        ]
        return [looked, *clicks]

    def _people(self) -> list[pa.Table]:
        """Mail is opened within hours, texts at once; a click follows within minutes, everything else somewhat later."""
        is_mail, is_sms = self._goes(MAIL), self._goes(SMS)
        after = 60 - np.log1p(-self.drawn["delay"]) * np.where(is_mail, 6 * 3_600, 600)
        later = after + 20 + 100 * self.drawn["pause"]
        link = 1 + (self.drawn["link"] * self.sent.n_links).astype(np.int64)
        goes = self.has["unsubscribed"]
        return [
            self._rows(self.has["opened"] & is_mail & ~self.is_proxied, "opened", after, agent=PHONE),
            self._rows(self.has["clicked"], "clicked", later, link=link, agent=PHONE),
            self._rows(self.has["replied"], "replied", later + 60, detail="好的"),
            self._rows(goes & is_sms, "replied", later + 90, detail="R"),
            self._rows(goes & ~is_sms, "unsubscribed", later + 90, detail="one_click"),
            self._rows(self.has["complained"] & is_mail, "complained", later + 120),
        ]

    def _goes(self, channel: str) -> Flags:
        return np.asarray(self.sent.channel == channel, bool)

    def _rows(
        self, which: Flags, kind: str, after: Floats | float, *,
        link: Ints | int = 0, agent: str = "", detail: str = "", is_program: bool = False,
    ) -> pa.Table:  # fmt: skip
        n = int(which.sum())
        whole = len(which)
        return pa.table(
            {
                "send_id": pick(self.sent.send_id.tolist(), np.flatnonzero(which)),
                "kind": [kind] * n,
                "after_seconds": np.broadcast_to(np.asarray(after, float), whole)[which],
                "link": np.broadcast_to(np.asarray(link, np.int64), whole)[which],
                "agent": [agent] * n,
                "detail": [detail] * n,
                "is_program": [is_program] * n,
            },
            schema=SCHEMA,
        )


def answers(seed: int, habits: Habits, sent: Sent, lean: Floats) -> Answers:
    """Draw what people answer; `lean` is the relative lift of each person of `sent` (see `leaning`).

    Who buys, unsubscribes or complains because of a message has opened it. Each send draws by the seed and its id alone.

    >>> words = [np.array(given, object) for given in (["c:1:a", "c:1:b"], ["mail", "sms"], ["A", "A"])]
    >>> both = Sent(words[0], np.array([0, 1]), words[1], words[2], np.array([0, 2]))
    >>> told = answers(7, Habits(lift=0.1), both, np.ones(2))
    >>> told.lift.round(4).tolist()
    [0.0784, 0.0726]
    """
    n = len(sent.send_id)
    drawn = dict(
        zip(DRAWS, _uniform([f"{seed} {one}" for one in sent.send_id.tolist()], len(DRAWS)).T, strict=True)
    )
    mailbox = _uniform([f"{seed} mailbox {one}" for one in sent.person.tolist()], 2).T
    content = _factors(habits.by_variant, sent.variant)
    tired, angry = np.exp(-habits.fatigue * sent.n_recent), np.exp(habits.annoyance * sent.n_recent)
    p_bought = np.clip(habits.lift * lean * _factors(habits.by_channel, sent.channel) * content * tired, 0, 1)
    p_gone, p_angry = (np.minimum(rate * angry, 1) for rate in (habits.unsubscribed, habits.complained))
    p_click = np.clip(habits.clicked * content, 0, 1)
    arrives = 1 - habits.hard_bounce - habits.soft_bounce
    looks = 1 - (1 - np.minimum(habits.opened * tired, 1)) * (1 - p_bought) * (1 - p_gone) * (1 - p_angry)
    has_arrived = drawn["arrival"] < arrives
    is_hard = drawn["arrival"] >= 1 - habits.hard_bounce
    caused, gone, complained = (
        has_arrived & (drawn[name] < chance)
        for name, chance in (("order", p_bought), ("unsubscribe", p_gone), ("complain", p_angry))
    )
    opened = has_arrived & ((drawn["open"] < habits.opened * tired) | caused | gone | complained)
    is_mail = sent.channel == MAIL
    return Answers(
        lift=arrives * p_bought,
        p_opened=arrives * looks,
        p_clicked=arrives * looks * p_click,
        p_unsubscribed=arrives * p_gone,
        p_complained=arrives * p_angry,
        sent=sent,
        status=np.where(has_arrived, "delivered", np.where(is_hard, "bounced", "deferred")).astype(object),
        is_caused=caused,
        is_deterred=has_arrived & (drawn["deter"] < habits.deterred),
        order_days=np.minimum(1 + np.log1p(-drawn["lag"]) // np.log(STAYS), WINDOW_DAYS - 1).astype(np.int64),
        has={
            "opened": opened,
            "clicked": opened & (drawn["click"] < p_click),
            "replied": has_arrived & (drawn["reply"] < habits.replied),
            "unsubscribed": gone,
            "complained": complained,
        },
        drawn=drawn,
        is_scanned=is_mail & (mailbox[0][:n] < habits.scanned),
        is_proxied=is_mail & (mailbox[1][:n] < habits.proxied),
    )


def leaning(people: People, person: Ints) -> Floats:
    """Return the relative lift: twice and more for the price-sensitive, none for the insensitive rest."""
    by_sensitivity = np.array([0.0, 0.9, 2.2])[people.sensitivity[person]]
    return by_sensitivity * np.where(people.is_female[person], 1.15, 0.75)


def recent(person: Ints, days: Floats, *, within: float = RECENT_DAYS) -> Ints:
    """Return for every message how many others its person got in the days before it; `days` counts from any day.

    >>> recent(np.array([1, 1, 2, 1]), np.array([0.0, 10.0, 10.0, 35.0])).tolist()
    [0, 1, 0, 1]
    """
    order = np.lexsort((days, person))
    number = np.unique(person[order], return_inverse=True)[1]
    when = days[order] - days.min(initial=0)
    line = (
        number * (when.max(initial=0) + within + 1) + when
    )  # people one after another, further apart than `within`
    counted = np.empty(len(order), np.int64)
    counted[order] = np.searchsorted(line, line) - np.searchsorted(line, line - within)
    return counted


def _factors(by_name: Mapping[str, float], names: Words) -> Floats:
    return np.array([by_name.get(name, 1.0) for name in names.tolist()], float)


def _uniform(keys: Sequence[str], n: int) -> Floats:
    """Return numbers in [0, 1) by key, shape (keys, n), each from 53 bits of a hash."""
    bits = b"".join(hashlib.shake_128(key.encode()).digest(8 * n) for key in keys)
    return np.asarray((np.frombuffer(bits, "<u8").reshape(len(keys), n) >> np.uint64(11)) * 2.0**-53, float)
