"""Mailbox providers as senders meet them: real temporary and permanent answers at set rates, and so many messages a second.

A process of its own behind one port, as the mail server of a shop is; what it takes it counts and forgets.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import selectors
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

Answer = Callable[[str, str], str | None]
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
        self.second = 0

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
        return THROTTLED[domain]

    def _drawn(self, answers: tuple[tuple[float, str], ...]) -> str | None:
        point = self.draw()
        for share, answer in answers:
            if point < share:
                return answer
            point -= share
        return None


def kind(_stage: str, _line: str) -> None:
    """Take everything."""


class Talk:
    """One connection: as little work as speaking SMTP takes, so that the machine is the sender's."""

    def __init__(self, line: socket.socket, answer: Answer) -> None:
        self.line, self.answer, self.unread, self.is_content, self.n_taken = line, answer, b"", False, 0
        self.line.sendall(b"220 sink ESMTP\r\n")

    def heard(self) -> bool:
        """Answer what came, and say whether the connection stays."""
        try:
            got = self.line.recv(65_536)
        except ConnectionError:
            return False
        self.unread = self.unread + got if self.unread else got
        said: list[str] = []
        while self.unread and not (said and said[-1].startswith("421")):
            if self.is_content:
                # From behind, where the end is near: before the answer to one content nobody sends another.
                at = self.unread.rfind(b"\r\n.\r\n")
                if at < 0:
                    break
                self.unread, self.is_content = self.unread[at + 5 :], False
                said.append(self.answer("dot", "") or "250 2.0.0 Ok: queued as 4XyZ1")
                self.n_taken += said[-1][0] == "2"
            else:
                command, end, self.unread = self.unread.partition(b"\r\n")
                if not end:
                    self.unread = command
                    break
                said.append(self._told(command))
        if said:
            self.line.sendall(("\r\n".join(said) + "\r\n").encode())
        return bool(got) and not (said and said[-1].startswith(("421", "221")))

    def _told(self, command: bytes) -> str:
        match command[:4]:
            case b"MAIL":
                self.is_open = False
            case b"RCPT":
                refused = self.answer("rcpt", command.decode())
                self.is_open = not refused
                return refused or "250 2.1.5 Ok"
            case b"DATA":
                self.is_content = self.is_open
                return "354 Go on" if self.is_open else "554 5.5.1 No valid recipients"
            case b"EHLO" | b"ehlo":
                return "250-sink\r\n250-PIPELINING\r\n250 8BITMIME"
            case b"QUIT":
                return "221 2.0.0 Bye"
        return "250 2.0.0 Ok"


def serve(pipe: Connection, answer: Answer) -> None:
    """Say the port, and when asked what was taken and what it cost."""
    n_taken = 0
    with socket.create_server(("127.0.0.1", 0)) as server, selectors.DefaultSelector() as selector:
        pipe.send(server.getsockname()[1])
        selector.register(server, selectors.EVENT_READ)
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                talk: Talk | None = key.data
                if talk is not None and not talk.heard():
                    selector.unregister(talk.line)
                    talk.line.close()
                    n_taken += talk.n_taken
                elif key.fileobj is server:
                    line = server.accept()[0]
                    selector.register(line, selectors.EVENT_READ, Talk(line, answer))
                elif key.fileobj is pipe:
                    if not pipe.recv():
                        return
                    talks = [one.data for one in selector.get_map().values() if one.data]
                    used = resource.getrusage(resource.RUSAGE_SELF)
                    pipe.send((n_taken + sum(one.n_taken for one in talks), used.ru_utime + used.ru_stime))


@contextmanager
def providers(most: int = 1_000_000, *, takes_all: bool = False) -> Iterator[tuple[int, Connection]]:
    """Run them in a process, and give the port and a pipe that answers with messages taken and seconds of CPU."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, kind if takes_all else Providers(most)), daemon=True
    )
    process.start()
    yield ours.recv(), ours
    ours.send(None)
    process.join()
