"""Mail through OpenSMTPD, a server of Debian's: signatures hold, queued mail arrives, and what it returns is understood.

It runs in folders of its own, which only root can give it, so that it never meets the queue of a real one.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dkim
import pytest
from bench.mail_sink import Sink
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.act.channel.mail.test_mail import PLAIN, send, shop

from quanyu.act.channel import Content, Outgoing
from quanyu.act.channel.mail.intake import read_reply
from quanyu.workspace import Workspace

SMTPD = shutil.which("smtpd") or shutil.which("smtpd", path="/usr/sbin")
OWN = 'mount -t tmpfs none /var/spool && mount -t tmpfs none /run && exec "$@"'
APART = ["unshare", "--mount", "sh", "-c", OWN, "sh"]
RULES = """
listen on 127.0.0.1 port {port} hostname relay.shop.cn
action out relay host smtp://127.0.0.1:{out}
action back relay host smtp://127.0.0.1:{back}
match from any for domain "shop.cn" action back
match from any for any action out
"""
REFUSED = {
    "gone@": "550 5.1.1 no such user here",
    "full@": "552 5.2.2 over quota",
    "spam@": "554 5.7.1 taken for spam",
}


@dataclass
class Post:
    """A server with who it hands mail on to: what arrived there by its address, and what came back to the shop."""

    port: int
    number: int = 0
    arrived: dict[str, bytes] = field(default_factory=dict)
    returned: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, stage: str, line: str) -> str | None:
        if stage != "rcpt":
            return None
        self.asked.append(line)
        is_first = self.asked.count(line) == 1
        if "busy@" in line and is_first:
            return "421 4.3.2 going down"
        return next((said for name, said in REFUSED.items() if name in line), None)


def until(holds: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(folder: Path) -> Iterator[Post]:
    post = Post(free_port())
    out = Sink(answer=post.answer, taken=lambda to, content: post.arrived.update({to: content}))
    back = Sink(taken=lambda _, content: post.returned.append(content))
    rules = folder / "smtpd.conf"
    with out, back, (folder / "log").open("w") as log:
        rules.write_text(RULES.format(port=post.port, out=out.port, back=back.port), encoding="ascii")
        command = [*APART, str(SMTPD), "-d", "-f", str(rules)]
        with subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as server:
            post.number = server.pid
            try:
                if not until(lambda: server.poll() is not None or _listens(post.port), 20) or server.poll():
                    pytest.skip(f"OpenSMTPD does not start here: {(folder / 'log').read_text()[-300:]}")
                yield post
            finally:
                server.terminate()
                server.wait(20)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    if SMTPD is None or os.geteuid() or shutil.which("unshare") is None:
        pytest.skip("OpenSMTPD is not installed, or only root could give it folders of its own")
    with serving(Path(str(tmp_path_factory.getbasetemp().parent))) as made:
        yield made


def test_a_relay_keeps_the_signature_queues_and_says_what_came_back(
    post: Post, embedded: Workspace, tmp_path: Path
) -> None:
    key, file = rsa.generate_private_key(65537, 2048), tmp_path / "dkim.pem"
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, PLAIN))
    given = {
        "port": post.port,
        "security": "none",
        "bounce_address": "back@shop.cn",
        "dkim_keys": {"s1": str(file)},
    }
    ws = shop(embedded, **given)
    names = ("li", "busy", "gone", "full", "spam")
    content = Content("双十一", "您好", "<p>您好 " + "长" * 3000 + "</p>")
    outcomes = send(
        ws, *(Outgoing(f"c7:{name}", f"{name}@qq.com", content, "https://shop.cn/u/a") for name in names)
    )
    assert {outcome.status for outcome in outcomes} == {"delivered"}, "the server took them all"

    assert until(lambda: "li@qq.com" in post.arrived)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    record = b"v=DKIM1; k=rsa; p=" + dkim.base64.b64encode(public)
    assert dkim.verify(post.arrived["li@qq.com"], dnsfunc=lambda *_, **__: record)
    assert until(lambda: len(post.returned) >= 3)
    told = [read_reply(content, ws.secret, ws.now()) for content in post.returned]
    assert {one.key: one.kind for one in told if one} == {
        "c7:gone": "bounced",
        "c7:full": "deferred",
        "c7:spam": "deferred",
    }
    assert {one.detail.partition(":")[0] for one in told if one} == {
        "mailbox_unknown",
        "mailbox_full",
        "spam",
    }
    assert "busy@qq.com" not in post.arrived
    subprocess.run(
        ["nsenter", "-t", str(post.number), "-m", "smtpctl", "schedule", "all"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert until(lambda: "busy@qq.com" in post.arrived), "it stays in the queue and goes when it can"
