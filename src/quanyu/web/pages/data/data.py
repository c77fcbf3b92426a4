"""Everything about the data itself: files, quality, refused rows, tables with lineage, the dictionary."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.data.lineage import dictionary, tables
from quanyu.web.pages.data.quality import quality
from quanyu.web.pages.data.refused import refused
from quanyu.web.pages.data.source import files
from quanyu.web.parts.choice import segments
from quanyu.web.parts.markup import put, tag
from quanyu.web.view import View

PARTS: dict[str, tuple[Text, Callable[[View], None]]] = {
    "files": ("Loaded files", files),
    "quality": ("Quality", quality),
    "rejects": ("Refused rows", refused),
    "tables": ("Tables and lineage", tables),
    "dictionary": ("Data dictionary", dictionary),
}


def data(view: View) -> None:
    """Draw the part the address names, the loaded files by default."""
    part = view.query.get("part", "files")
    part = part if part in PARTS else "files"
    options = {name: view.say(label) for name, (label, _) in PARTS.items()}
    switch = segments(view, "part", options, part, view.say("Part"))
    put(Markup("").join([tag("h1", view.say("Data and quality")), switch]), class_="head")
    PARTS[part][1](view)


PAGE = Page(
    "/data",
    "Data and quality",
    data,
    "Data",
    "Data",
    "M4 6c0-3 16-3 16 0v12c0 3-16 3-16 0zM4 6c0 3 16 3 16 0M4 12c0 3 16 3 16 0",
    roles=("analyst",),
)
