"""Mail handed to a sink that answers as providers do: `python -m bench.mail [MESSAGES]`.

The sink is a process of its own that speaks SMTP with PIPELINING and gives, at set rates, the temporary and permanent answers of
large providers. The peer writes the same bytes, made and signed beforehand, over as many connections: no outcomes, no pacing,
nothing but the sockets.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import multiprocessing
import random
import resource
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from quanyu.act.channel.mail.address import Address
from quanyu.act.channel.mail.compose import Origin
from quanyu.act.channel.mail.connection import dotted

from quanyu.act.channel import Content, Outgoing
from quanyu.act.channel.mail.dkim import Signer, read_signer
from quanyu.act.channel.mail.line import MailLine
from quanyu.act.settings import MailSettings

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
CONNECTIONS = 4
AT_RECIPIENT = (
    (0.010, b"550 5.1.1 The email account that you tried to reach does not exist. gsmtp\r\n"),
    (0.004, b"452 4.2.2 The email account that you tried to reach is over quota. gsmtp\r\n"),
    (0.006, b"450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help\r\n"),
)
AT_END = (
    (0.003, b"550 5.7.1 Message contains spam content and was blocked. Reputation\r\n"),
    (0.007, b"421 4.7.28 Our system has detected an unusual rate of unsolicited mail. gsmtp\r\n"),
)
"""What the sink answers, and to which share: after RCPT, and after the message."""


class Sink(asyncio.Protocol):
    """One connection to the sink."""

    draw = random.Random(7)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.held, self.is_data, self.is_taken = transport, b"", False, False
        self.transport.write(b"220 sink ESMTP\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.held = self.held + data if self.held else data
        said: list[bytes] = []
        while self.held:
            end = self.held.find(b"\r\n.\r\n" if self.is_data else b"\r\n")
            if end < 0:
                break
            if self.is_data:
                self.held, self.is_data = self.held[end + 5 :], False
                said.append(_drawn(AT_END, b"250 2.0.0 OK queued\r\n"))
            else:
                line, self.held = self.held[:4].upper(), self.held[end + 2 :]
                said.append(self._answer(line))
        self.transport.write(b"".join(said))  # type: ignore[attr-defined]

    def _answer(self, line: bytes) -> bytes:
        if line == b"RCPT":
            answer = _drawn(AT_RECIPIENT, b"250 2.1.5 OK\r\n")
            self.is_taken = answer.startswith(b"250")
            return answer
        if line == b"DATA":
            self.is_data = self.is_taken
            return b"354 go ahead\r\n" if self.is_taken else b"503 5.5.1 RCPT first\r\n"
        return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n" if line == b"EHLO" else b"250 2.0.0 OK\r\n"


def _drawn(answers: tuple[tuple[float, bytes], ...], good: bytes) -> bytes:
    point = Sink.draw.random()
    for share, answer in answers:
        if point < share:
            return answer
        point -= share
    return good


def sink(pipe: Connection) -> None:
    """Run the sink and say its port."""

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def messages(n: int) -> Iterator[Outgoing]:
    """Yield messages with 10 KB of HTML and a plain part, each different."""
    row = "<tr><td style='padding:8px'>Item {i}</td><td>Your price: 39.90</td></tr>\n"
    html = (
        "<html><body><table>"
        + "".join(row.format(i=i) for i in range(124))
        + "</table><p>{n}</p></body></html>"
    )
    for number in range(n):
        content = Content(
            f"Three things for you, {number}", f"Hello {number}", html.replace("{n}", str(number))
        )
        yield Outgoing(
            f"c1:{number}",
            f"u{number}@mail{number % 50}.example",
            content,
            f"https://shop.example/u/{number:020}",
        )


def measure(port: int, signer: Signer | None, n: int) -> tuple[float, float, Counter[str]]:
    """Return seconds, seconds of CPU and outcomes of handing over n messages."""
    given = MailSettings(
        host="127.0.0.1", port=port, security="none", connections=CONNECTIONS, messages_per_connection=10**9
    )
    line = MailLine(given, origin(signer), lambda: NOW)
    begun: list[str] = []
    started, busy = time.perf_counter(), time.process_time()
    counts = Counter(
        f"{one.status} {one.reason}".strip()
        for one in line.send(messages(n), lambda one: begun.append(one.key))
    )
    took = time.perf_counter() - started, time.process_time() - busy
    line.close()
    assert counts.total() == n, counts
    return *took, counts


def peer(port: int, signer: Signer | None, n: int) -> float:
    """Return the seconds that bare sockets need for the same bytes, written one message a round trip."""
    made = [dotted(origin(signer).message(one, Address("u", "mail.example"), NOW)) for one in messages(n)]
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    for line in lines:
        line.recv(1000)
        line.sendall(b"EHLO bench\r\n")
        line.recv(1000)
    envelope = b"MAIL FROM:<a@shop.example>\r\nRCPT TO:<u@mail.example>\r\nDATA\r\n"
    started = time.perf_counter()
    for first in range(0, n, CONNECTIONS):
        for line in lines:
            line.sendall(envelope)
        for line in lines:
            line.recv(1000)
        for line, content in zip(lines, made[first : first + CONNECTIONS], strict=False):
            line.sendall(content)
        for line in lines[: len(made[first : first + CONNECTIONS])]:
            line.recv(1000)
    took = time.perf_counter() - started
    for line in lines:
        line.close()
    return took


def origin(signer: Signer | None) -> Origin:
    return Origin(Address("news", "shop.example"), "Shop", "00" * 32, signer=signer)


def signers(folder: Path) -> Iterator[tuple[str, Signer | None]]:
    yield "unsigned", None
    for name, key in (
        ("ed25519", ed25519.Ed25519PrivateKey.generate()),
        ("RSA-1024", rsa.generate_private_key(65_537, 1_024)),
        ("RSA-2048", rsa.generate_private_key(65_537, 2_048)),
    ):
        file = folder / f"{name}.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        yield name, read_signer("shop.example", "q", file)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=sink, args=(theirs,), daemon=True)
    process.start()
    port = ours.recv()
    size = len(origin(None).message(next(messages(1)), Address("u", "mail.example"), NOW))
    print(
        f"{n:,} messages of {size / 1000:.1f} KB over {CONNECTIONS} connections, sink and sender on the same machine"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, signer in signers(Path(folder)):
            many = n // 4 if name.startswith("RSA") else n
            wall, cpu, counts = measure(port, signer, many)
            bare = peer(port, signer, min(many, 5_000)) / min(many, 5_000) * many
            print(
                f"{name:9} {many / wall:7,.0f} messages/s ({cpu / many * 1e6:,.0f} us of CPU each); bare sockets "
                f"{many / bare:7,.0f}/s; quanyu takes {wall / bare:.1f} times as long"
            )
    print(f"outcomes of the last: {dict(sorted(counts.items()))}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
    process.kill()


if __name__ == "__main__":
    main()
