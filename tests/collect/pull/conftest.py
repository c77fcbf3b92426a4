"""Databases of other people: PostgreSQL of the session, and MariaDB of Debian's in a folder of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.ledger.conftest import postgres_url  # noqa: F401

SERVER = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
INSTALL = shutil.which("mariadb-install-db")
SECONDS = 60


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[sa.URL]:
    """Return the address of a MariaDB server of this session, which listens to nobody but a socket in its folder."""
    if not SERVER or not INSTALL:
        pytest.skip("MariaDB is not installed: scripts/system installs it")
    # A socket has a short name, and root's own folders may not be entered by the server.
    with tempfile.TemporaryDirectory(prefix="quanyu-my-", ignore_cleanup_errors=True) as folder:
        data, place = Path(folder) / "data", Path(folder) / "socket"
        who = ["--user=root"]
        subprocess.run(
            [INSTALL, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", *who],
            check=True, capture_output=True, timeout=SECONDS,
        )  # fmt: skip
        options = [
            "--skip-networking",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=16M",
            "--skip-log-bin",
        ]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(
                [SERVER, "--no-defaults", f"--datadir={data}", f"--socket={place}", *options, *who],
                stdout=log,
                stderr=log,
            )
        try:
            url = sa.URL.create("mysql+pymysql", "root", database="mysql", query={"unix_socket": str(place)})
            _wait(place, server)
            yield url
        finally:
            server.terminate()
            server.wait(SECONDS)


def _wait(at: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(SECONDS * 20):
        # The driver leaves open what it could not connect, and is told of it in the middle of another test.
        with socket.socket(socket.AF_UNIX) as tried:
            if tried.connect_ex(str(at)) == 0:
                return
        assert server.poll() is None, "MariaDB ended"
        time.sleep(0.05)
    raise AssertionError("MariaDB does not answer")
