"""The clients that npm has, put once into a cache folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

CLIENTS = Path(__file__).with_name("clients")
LOCK = CLIENTS / "package-lock.json"


def installed_clients() -> Path:
    """Return a folder with the clients and the programs that run them; skip where there is no Node.js."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("there is no node or npm; scripts/system installs them")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quanyu"
    folder = cache / f"clients-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            folder.mkdir(exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(CLIENTS / name, folder)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=500, check=False
            )
            if done.returncode and not os.environ.get("CI"):
                pytest.skip(f"npm could not install the clients: {done.stderr[-200:]}")
            assert done.returncode == 0, done.stderr
            (folder / "done").touch()
    return folder


def run_client(folder: Path, name: str, *words: str) -> None:
    """Run one of the programs in `clients` to its end."""
    program = folder / f"{name}.mjs"
    shutil.copy(CLIENTS / program.name, program)
    done = subprocess.run(
        ["node", str(program), *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
