"""What rooms declare is found in them: steps, pages, actions, channels and more stand in no central list.

A module declares something by a line that begins with its name, such as `STEP = Step(...)`. Only modules that
have such a line are imported.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parent


@cache
def declaring(line: str, *rooms: str) -> tuple[ModuleType, ...]:
    """Return the modules of rooms that have a line beginning with a pattern, in the order of their names.

    >>> [module.__name__ for module in declaring("STEP = ", "understand/rfm")]
    ['quanyu.understand.rfm.rfm']
    """
    begins = re.compile(f"^{line}", re.MULTILINE)
    places = [ROOT / room for room in rooms]
    files = sorted(
        file
        for place in places
        for file in (place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")])
        if file.is_file()
    )
    return tuple(
        import_module(_name(file)) for file in files if begins.search(file.read_text(encoding="utf-8"))
    )


def declared(name: str, *rooms: str) -> list[Any]:
    """Return what the modules of rooms declare under a name."""
    return [getattr(module, name) for module in declaring(f"{name}(: .*)? = ", *rooms)]


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")
