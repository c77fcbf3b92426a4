"""Mail that came back is told before it is marked, from a maildir and over IMAP."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from quanyu.act.channel.mail.intake import read_mailbox
from quanyu.act.channel.mail.name import name_of as sealed
from quanyu.act.response import Response
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace


def shop(ws: Workspace, mailbox: str) -> Workspace:
    mail = ws.settings.mail.__class__(mailbox=mailbox, mailbox_password="hush", timeout_seconds=5)  # type: ignore[attr-defined]
    return Workspace(ws.root, ws.settings.model_copy(update={"mail": mail}), ws.clock)


def answer(ws: Workspace, number: int) -> bytes:
    code = sealed(f"c7:{number}", ws.secret)
    return f"From: a{number}@b.cn\r\nIn-Reply-To: <{code}@shop.example>\r\nSubject: Re\r\n\r\nHi\r\n".encode()


class Imap:
    """The little of IMAP that a reader of a mailbox needs."""

    def __init__(self, letters: dict[str, bytes]) -> None:
        self.letters, self.seen, self.lines = letters, set[str](), list[str]()

    def talk(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as heard:
            line.sendall(b"* OK ready\r\n")
            while said := heard.readline().decode().strip():
                self.lines.append(said)
                tag, _, rest = said.partition(" ")
                told, status = self.answer(rest)
                line.sendall(told + f"{tag} {status} done\r\n".encode())

    def answer(self, said: str) -> tuple[bytes, str]:
        word = said.split(maxsplit=1)[0].upper()
        if word == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n", "OK"
        if word == "LOGIN":
            return b"", "OK" if '"hush"' in said else "NO wrong"
        if said.startswith("UID SEARCH"):
            left = " ".join(number for number in self.letters if number not in self.seen)
            return f"* SEARCH {left}\r\n".encode(), "OK"
        if found := re.match(r"UID FETCH (\d+)", said):
            content = self.letters[found[1]]
            return (
                f"* 1 FETCH (UID {found[1]} BODY[] {{{len(content)}}}\r\n".encode() + content + b")\r\n",
                "OK",
            )
        if found := re.match(r"UID STORE ([\d,]+)", said):
            self.seen |= set(found[1].split(","))
        return (b"* 2 EXISTS\r\n" if word == "SELECT" else b""), "OK"


@contextmanager
def serving(box: Imap) -> Iterator[int]:
    def serve() -> None:
        try:
            while True:
                threading.Thread(target=box.talk, args=(listener.accept()[0],), daemon=True).start()
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def failing(_: list[Response]) -> None:
    raise RuntimeError("the ledger is busy")


def heard(ws: Workspace) -> tuple[int, list[str]]:
    told: list[Response] = []
    return read_mailbox(ws, told.extend), [one.key for one in told]


def test_a_maildir(embedded: Workspace, tmp_path: Path) -> None:
    ws = shop(embedded, f"maildir:{tmp_path}")
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for number in range(3):
        (tmp_path / "new" / f"{number}.host").write_bytes(
            answer(ws, number) if number < 2 else b"\xff nonsense"
        )
    with pytest.raises(RuntimeError):
        read_mailbox(ws, failing)
    assert heard(ws) == (3, ["c7:0", "c7:1"])
    assert heard(ws) == (0, [])
    assert sorted(file.name for file in (tmp_path / "cur").iterdir()) == [
        f"{number}.host:2,S" for number in range(3)
    ]


def test_imap(embedded: Workspace) -> None:
    box = Imap({"4": answer(embedded, 0), "9": b"Subject: hello\r\n\r\nhello\r\n", "12": answer(embedded, 1)})
    with serving(box) as port:
        ws = shop(embedded, f"imap://bounces%40shop.example@127.0.0.1:{port}/INBOX")
        with pytest.raises(RuntimeError):
            read_mailbox(ws, failing)
        assert not box.seen
        assert heard(ws) == (3, ["c7:0", "c7:1"])
        assert box.seen == {"4", "9", "12"}
        assert heard(ws) == (0, [])
    assert any("bounces@shop.example" in line for line in box.lines)


@pytest.mark.parametrize("mailbox", ["", "maildir:none", "imap://a@127.0.0.1:1/INBOX"])
def test_what_cannot_be_read_says_so(embedded: Workspace, mailbox: str) -> None:
    with pytest.raises(ChannelError) as caught:
        heard(shop(embedded, mailbox))
    assert "hush" not in str(caught.value)
