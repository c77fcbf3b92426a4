"""A content as its author writes it: for one channel, in one or several variants, as a file of YAML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from quanyu.act.compliance import Category
from quanyu.act.variant import Variant
from quanyu.errors import ContentError
from quanyu.ledger import KeptContent
from quanyu.nearest import did_you_mean
from quanyu.part.document import read_document, read_text
from quanyu.text import Text

STRICT = ConfigDict(extra="forbid")
FILES = {"html_file": "html", "text_file": "text"}
"""Fields that name a file beside this one, and what of a variant stands in it."""


@dataclass(frozen=True)
class Draft:
    """A content to keep: its name, its channel, what it says, what goods it is about, and why it was changed.

    `is_service`: an order, a delivery, nothing that advertises; such mail needs no way out.
    """

    __pydantic_config__ = STRICT

    name: str
    channel: str
    variants: Annotated[tuple[Variant, ...], Field(min_length=1)]
    category: Category = "general"
    is_service: bool = False
    note: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """What is kept of it, as JSON."""
        told = TypeAdapter(Draft).dump_python(self, mode="json")
        return {name: told[name] for name in ("variants", "category", "is_service")}


def draft_of(kept: KeptContent) -> Draft:
    """Return a kept content as a draft."""
    return read_draft({"name": kept.content_id, "channel": kept.channel, "note": kept.note, **kept.body})


def read_file(file: Path) -> Draft:
    """Return the draft in a file of YAML or JSON; raise `ContentError` that says which line or field is wrong."""
    document = read_document(file, ContentError)
    if not isinstance(document, Mapping):
        raise ContentError(
            "{file} holds no content.", "Give fields such as name, channel, subject, html.", file=file.name
        )
    return read_draft({"name": file.stem, **document}, file.parent)


def read_draft(document: Mapping[str, Any], folder: Path | None = None) -> Draft:
    """Return the draft in a document; what one variant says may stand beside the name. Raises `ContentError`."""
    given = {name: value for name, value in document.items() if value is not None}
    words = {item.name for item in fields(Variant)} - {"name", "share"} | set(FILES)
    own = {name: given.pop(name) for name in list(given) if name in words}
    variants = given.get("variants") or [{}]
    if not isinstance(variants, list | tuple) or not all(isinstance(one, Mapping) for one in variants):
        raise ContentError(
            "variants is no list of contents.", "Give a list of fields such as name, share, html."
        )
    given["variants"] = [
        _variant({"name": chr(ord("A") + place % 26), **own, **one}, folder)
        for place, one in enumerate(variants)
    ]
    try:
        return TypeAdapter(Draft).validate_python(given)
    except ValidationError as error:
        raise _misread(error, given) from None


def _variant(given: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """Return a variant with what stands in files beside it."""
    for name, part in FILES.items():
        if name in given:
            if folder is None:
                raise ContentError("{field} can only stand in a file.", "Give {part}.", field=name, part=part)
            given[part] = read_text(folder / str(given.pop(name)), ContentError)
    return given


def _misread(error: ValidationError, given: Mapping[str, Any]) -> ContentError:
    first = error.errors()[0]
    place = first["loc"]
    inner = [item.name for item in fields(Variant)] + list(FILES)
    is_inner = "variants" in place and len(place) > 1
    known = inner if is_inner else list(dict.fromkeys([*(item.name for item in fields(Draft)), *inner]))
    is_unknown = first["type"] in ("extra_forbidden", "unexpected_keyword_argument")
    near = did_you_mean(str(place[-1]), known) if is_unknown else ""
    hint: Text = "{near} Fields: {known}." if near else "Fields: {known}."
    return ContentError(
        "The field {place} of the content is {value!r}: {wrong}.",
        hint,
        place=".".join(map(str, place)),
        value=None if first["type"] == "missing" else first["input"],
        wrong=first["msg"],
        near=near,
        known=", ".join(known),
    )
