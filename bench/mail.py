"""Mail handed to a sink that answers as providers do: `python -m bench.mail [MESSAGES]`.

The sink is a process of its own that speaks SMTP with PIPELINING and gives, at set rates, the temporary and permanent answers of
large providers (see `bench.mail_providers`). The peer writes the same bytes, made and signed beforehand, over as many connections to
one that takes everything: no outcomes, no pacing, nothing but the sockets.
"""

from __future__ import annotations

import datetime as dt
import resource
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from bench.mail_providers import providers
from quanyu.act.channel import Content, Outgoing
from quanyu.act.channel.mail.dkim import Key, Signer
from quanyu.act.channel.mail.mime import Letterhead
from quanyu.act.channel.mail.opening import opened
from quanyu.act.channel.mail.sender import MailSender
from quanyu.act.settings import MailSettings

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
CONNECTIONS = 4


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
    given = MailSettings(host="127.0.0.1", port=port, security="none", from_address="news@shop.example")
    sender = MailSender(
        letterhead(signer),
        lambda: opened(given),
        waits=lambda _: 0.0,
        clock=lambda: NOW,
        bounce_address="back@shop.example",
        most=CONNECTIONS,
    )
    begun: list[str] = []
    started, busy = time.perf_counter(), time.process_time()
    counts = Counter(
        f"{one.status} {one.reason}".strip()
        for one in sender.send(messages(n), lambda one: begun.append(one.key))
    )
    took = time.perf_counter() - started, time.process_time() - busy
    sender.close()
    assert counts.total() == n, counts
    return *took, counts


def peer(port: int, signer: Signer | None, n: int) -> float:
    """Return the seconds that bare sockets need for the same bytes, written one message a round trip."""
    head = letterhead(signer)
    made = [head.mail(one, "u@mail.example", NOW) + b".\r\n" for one in messages(n)]
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


def letterhead(signer: Signer | None) -> Letterhead:
    return Letterhead("news@shop.example", "00" * 32, "Shop", signers=[signer] if signer else [])


def signers() -> Iterator[tuple[str, Signer | None]]:
    yield "unsigned", None
    keys: dict[str, Key] = {
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "RSA-1024": rsa.generate_private_key(65_537, 1_024),
        "RSA-2048": rsa.generate_private_key(65_537, 2_048),
    }
    for name, key in keys.items():
        yield name, Signer("shop.example", "q", key)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with providers() as (port, _), providers(takes_all=True) as (peer_port, _):
        compare(port, peer_port, n)


def compare(port: int, peer_port: int, n: int) -> None:
    """Print what each way to sign takes, beside bare sockets."""
    size = len(letterhead(None).mail(next(messages(1)), "u@mail.example", NOW))
    print(
        f"{n:,} messages of {size / 1000:.1f} KB over {CONNECTIONS} connections, sink and sender on the same machine"
    )
    for name, signer in signers():
        many = n // 4 if name.startswith("RSA") else n
        wall, cpu, counts = measure(port, signer, many)
        bare = peer(peer_port, signer, min(many, 5_000)) / min(many, 5_000) * many
        print(
            f"{name:9} {many / wall:7,.0f} messages/s ({cpu / many * 1e6:,.0f} us of CPU each); bare sockets "
            f"{many / bare:7,.0f}/s; quanyu takes {wall / bare:.1f} times as long"
        )
    print(f"outcomes of the last: {dict(sorted(counts.items()))}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


if __name__ == "__main__":
    main()
