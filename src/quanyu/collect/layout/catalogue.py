"""Every layout that can be recognised: the built-in ones, the plain ones, and the workspace's own."""

from __future__ import annotations

import difflib
from dataclasses import replace
from functools import cache
from pathlib import Path

from quanyu.collect.layout.declare import read_layout
from quanyu.collect.layout.layout import Layout
from quanyu.collect.layout.plain import plain_layouts
from quanyu.errors import UnknownLayoutError

BUILT_IN = Path(__file__).parent.parent / "layouts"
FOLDER = "layouts"
"""The folder of a workspace that holds layouts of its own; one with a built-in name takes its place."""


def layouts(root: Path | None = None) -> list[Layout]:
    """Return all layouts, those of the workspace at `root` included; platforms first, plain ones last.

    >>> "taobao_orders" in [layout.name for layout in layouts()]
    True
    """
    files = sorted((root / FOLDER).glob("*.toml")) if root else []
    own = [replace(read_layout(path), is_own=True) for path in files]
    names = {layout.name for layout in own}
    return own + [layout for layout in _shipped() if layout.name not in names]


@cache
def _shipped() -> tuple[Layout, ...]:
    return tuple([read_layout(path) for path in sorted(BUILT_IN.glob("*.toml"))] + plain_layouts())


def layout_named(name: str, known: list[Layout]) -> Layout:
    """Return the layout of a name; a table's name means its plain layout."""
    by_name = {layout.name: layout for layout in known}
    chosen = by_name.get(name) or by_name.get(f"plain_{name}")
    if chosen:
        return chosen
    near = difflib.get_close_matches(name, by_name, 3, 0.4)
    raise UnknownLayoutError(
        "There is no layout {name!r}; near it: {near}." if near else "There is no layout {name!r}.",
        "All layouts: quanyu layouts. How to write one: docs/how-to/write-a-layout.md",
        name=name,
        near=", ".join(near),
    )
