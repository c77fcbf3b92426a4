"""Links of the documentation resolve, and nothing in the repository points at one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = (
    r"/wor" r"k/(main|shared)", r"/tm" r"p/v/", r"/roo" r"t/", r"/home/\w+",
    r"localhost:\d+/simple", r"[a-z]:\\Users",
    r"index-url\s*=?\s*http", r"files\.pythonhosted", r"://[^/\s]*(artifactory|nexus|devpi|pypi\.)",
)  # fmt: skip


def tracked() -> list[Path]:
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip("this is not a git checkout")
    return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()]


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def broken(path: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    found = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target, _, anchor = unquote(link).partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        there = (path.parent / target) if target else path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            found.append(link)
    return found


def test_links_resolve() -> None:
    found = {str(path.relative_to(ROOT)): broken(path) for path in pages()}
    assert not any(found.values()), {name: links for name, links in found.items() if links}


def test_every_page_is_reached_from_the_readme() -> None:
    folders = {ROOT / "docs" / name for name in ("how-to", "reference", "methods", "decisions")}
    seen, todo = set[Path](), [ROOT / "README.md"]
    while todo:
        path = todo.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        if path.is_dir():
            todo += path.glob("*.md") if path in folders else []
            continue
        if path.suffix == ".md":
            links = re.findall(r"\]\(([^)\s#]+)", path.read_text(encoding="utf-8"))
            todo += [(path.parent / unquote(link)).resolve() for link in links if ":" not in link]
    lost = {path for path in pages() if (ROOT / "docs") in path.parents} - seen
    assert not lost


@pytest.mark.parametrize("pattern", FOREIGN)
def test_nothing_points_at_one_machine(pattern: str) -> None:
    wanted = re.compile(pattern)
    found = []
    for path in tracked():
        if path.suffix in {".png", ".gz", ".xlsx", ".parquet", ".zip"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {hit.group(0)}" for hit in wanted.finditer(text)]
    assert not found
