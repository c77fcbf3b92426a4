"""The guide to parts of one's own is done as it stands, in a copy of the source: each part is one file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how-to" / "extend.md"
SHELL = """
quanyu() {{ {python} -c 'from quanyu.cli.main import app; app()' "$@"; }}
python() {{ {python} "$@"; }}
set -e
"""


def test_every_part_is_one_file(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    before = {file.relative_to(tmp_path) for file in tmp_path.rglob("*.py")}
    script, expected, written = SHELL.format(python=repr(sys.executable)), [], set()
    for language, head, text in re.findall(
        r"^```(\w*) ?(.*?)\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.M | re.S
    ):
        if language == "python":
            (tmp_path / head).write_text(text, encoding="utf-8")
            written.add(Path(head))
        elif language == "sh":
            script += text
        else:
            expected += text.splitlines()
    assert len(written) == 6 and not written & before, "each part is a file that was not there"
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path / "src"),
        "QUANYU_LANGUAGE": "en",
        "COLUMNS": "200",
    }
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert not ran.returncode, ran.stderr
    said = " ".join((ran.stdout + ran.stderr).split())
    assert not [line for line in expected if " ".join(line.split()) not in said], ran.stdout + ran.stderr
