"""What the program is that works something out: a digest of its source, so that results of another one are made anew."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
IMPORTS = re.compile(
    r"^\s*(?:from\s+(quanyu[\w.]*)\s+import\s+(\([^)]*\)|[^\n#]*)|import\s+(quanyu[\w.]*))", re.MULTILINE
)


@cache
def program(module: str) -> str:
    """Return a digest of a module of Quanyu and of all that it uses of Quanyu; the version where there is no source.

    The package's own face, which imports everything, does not count. Each file is read once a process.

    >>> program("quanyu.understand.rfm.rfm") == program("quanyu.understand.rfm.rfm") != program("quanyu.measure.metric.compute")
    True
    """
    todo, seen = [module], {module}
    while todo:
        for name in _uses(todo.pop()) - seen:
            seen.add(name)
            todo.append(name)
    digests = [_digest(name) for name in sorted(seen)]
    return sha256("".join([version("quanyu"), *digests]).encode()).hexdigest()[:16]


@cache
def _uses(module: str) -> set[str]:
    """Return the modules that a module imports, and the folders they lie in, whose `__init__` runs too."""
    file = _file(module)
    modules = {module.rpartition(".")[0]}
    if file is None:
        return modules
    for source, names, alone in IMPORTS.findall(file.read_text(encoding="utf-8")):
        modules.add(source or alone)
        modules |= (
            {f"{source}.{name.strip()}" for name in re.findall(r"(\w+)(?:\s+as\s+\w+)?", names)}
            if source
            else set()
        )
    return {name for name in modules if "." in name and _file(name)}


@cache
def _file(module: str) -> Path | None:
    place = ROOT.joinpath(*module.split(".")[1:])
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


@cache
def _digest(module: str) -> str:
    file = _file(module)
    if file is None:
        return ""
    return sha256(file.read_bytes()).hexdigest()
