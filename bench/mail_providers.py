"""Mailbox providers as senders meet them: real temporary and permanent answers at set rates, and so many messages a second.

A process of its own behind one port, as the mail server of a shop is; what it takes it counts and forgets.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from bench.mail_sink import Sink

AT_RECIPIENT = (
    (0.010, "550 5.1.1 The email account that you tried to reach does not exist. gsmtp"),
    (0.004, "452 4.2.2 The email account that you tried to reach is over quota. gsmtp"),
    (0.006, "450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help"),
)
AT_END = (
    (0.003, "550 5.7.1 Message contains spam content and was blocked. Reputation"),
    (0.007, "421 4.7.28 Our system has detected an unusual rate of unsolicited mail. gsmtp"),
)
"""What they answer, and to which share: after RCPT, and after the message."""
THROTTLED = {
    "gmail.com": "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents delivery. gsmtp",
    "qq.com": "550 Ip frequency limited [MgA]. http://service.mail.qq.com/cgi-bin/help?id=20022",
    "163.com": "451 RP:TRC http://mail.163.com/help/help_spam_16.htm?ip=127.0.0.1: too many connections",
}
"""What they say to whoever sends more in a second than they take."""


class Providers:
    """Draws answers; the same seed gives the same answers to the same lines. `most` messages a second and domain are taken."""

    def __init__(self, most: int, seed: int = 7) -> None:
        self.draw, self.most = random.Random(seed).random, most
        self.counts: defaultdict[str, int] = defaultdict(int)
        self.second, self.said = 0, Counter[str]()

    def __call__(self, stage: str, line: str) -> str | None:
        if stage == "rcpt":
            return self._throttled(line.rpartition("@")[2].rstrip(">")) or self._drawn(AT_RECIPIENT)
        return self._drawn(AT_END) if stage == "dot" else None

    def _throttled(self, domain: str) -> str | None:
        if (second := int(time.monotonic())) != self.second:
            self.second = second
            self.counts.clear()
        self.counts[domain] += 1
        if domain not in THROTTLED or self.counts[domain] <= self.most:
            return None
        self.said["throttled"] += 1
        return THROTTLED[domain]

    def _drawn(self, answers: tuple[tuple[float, str], ...]) -> str | None:
        point = self.draw()
        for share, answer in answers:
            if point < share:
                self.said[answer[:9]] += 1
                return answer
            point -= share
        return None


def serve(pipe: Connection, most: int, takes_all: bool) -> None:
    """Say the port, and when asked what was taken and what it cost."""
    with Sink() if takes_all else Sink(Providers(most)) as sink:
        pipe.send(sink.port)
        while pipe.recv():
            used = resource.getrusage(resource.RUSAGE_SELF)
            pipe.send((sink.n_taken, used.ru_utime + used.ru_stime))


@contextmanager
def providers(most: int = 1_000_000, *, takes_all: bool = False) -> Iterator[tuple[int, Connection]]:
    """Run them in a process, and give the port and a pipe that answers with messages taken and seconds of CPU."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, most, takes_all), daemon=True
    )
    process.start()
    yield ours.recv(), ours
    ours.send(None)
    process.join()
