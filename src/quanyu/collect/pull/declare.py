"""Read the file of a source: TOML becomes a `Source`, and whatever is wrong in it is named with its line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from quanyu.errors import SettingError
from quanyu.nearest import nearest
from quanyu.settings.frame import zone_names
from quanyu.text import Sentence

GUIDE = "How to write one: docs/how-to/pull-from-a-database.md"
VARIABLE = re.compile(r"\$\{([^}]*)\}")
"""A place for what stands in a variable of the environment, so that no password stands in the file."""
SECRET = ("url", "headers")
"""Entries whose values are told to nobody."""
SHORTEST = 3
"""Letters of a secret that is looked for in what is told: shorter ones are part of every word."""


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Source(BaseModel):
    """What is asked for rows, where, how often, and by which layout they are read; `hidden` is what must not be told of it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True
    )

    name: str = Field(pattern=r"^\w[\w.-]{0,63}$")
    """Its name, under which is kept how far it was read; nothing: that of the file."""
    layout: str
    """The layout by which its rows are read: the same files as for exports."""
    url: SecretStr
    """Where it is; `${NAME}` stands for a variable of the environment."""
    timezone: str = ""
    """IANA time zone of times that are written without one; nothing: that of the layout."""
    cursor: str = ""
    """The column that grows with every change, such as `updated_at`; nothing: all rows are read each time."""
    overlap: float | None = Field(default=None, ge=0)
    """Seconds (or units of a cursor that is a number) that are read again each time, for rows that became visible late."""
    pause: float = Field(default=60, gt=0, le=86_400)
    """Seconds between two times."""
    hidden: tuple[str, ...] = Field(default=(), repr=False)

    @field_validator("timezone")
    @classmethod
    def _is_known_zone(cls, value: str) -> str:
        if value and value not in zone_names():
            near = nearest(value, zone_names())
            said = (
                "{zone!r} is not an IANA time zone; near it: {near!r}"
                if near
                else "{zone!r} is not an IANA time zone"
            )
            raise ValueError(Sentence(said, zone=value, near=near))
        return value

    def told(self, words: object) -> str:
        """Return words without anything that must not be told."""
        said = str(words)
        for secret in sorted(self.hidden, key=len, reverse=True):
            said = said.replace(secret, "***")
        return said


class DatabaseSource(Source):
    """A table, a view or a query of a database."""

    table: str = ""
    """The table or view, with its schema where it has one: `sales.orders`."""
    query: str = ""
    """A query instead of a table."""
    key: Names = ()
    """Columns that name a row, or rows that belong together; nothing: the primary key of the table."""
    batch: int = Field(default=50_000, ge=1, le=1_000_000)
    """Rows that are read and brought in together."""

    @model_validator(mode="after")
    def _is_one(self) -> DatabaseSource:
        if bool(self.table) == bool(self.query):
            raise ValueError(Sentence("one of 'table' and 'query' is needed"))
        return self


class Next(BaseModel):
    """Where the next page is, one of: a number of pages or records in a parameter, a word of the body in a parameter, an address
    in the body; nothing of them: the header `Link` with `rel="next"`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: str = ""
    first: int = 1
    offset: str = ""
    cursor: str = ""
    parameter: str = "cursor"
    url: str = ""

    @model_validator(mode="after")
    def _is_one(self) -> Next:
        if sum(map(bool, (self.page, self.offset, self.cursor, self.url))) > 1:
            raise ValueError(Sentence("one of 'page', 'offset', 'cursor' and 'url' is needed"))
        return self


class HttpSource(Source):
    """Pages of JSON that a service answers with."""

    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Headers of every request, such as the key of the service."""
    records: str = ""
    """Where the records are in an answer, such as `orders` or `data.orders`; nothing: the answer is their list."""
    explode: str = ""
    """A list within each record that becomes a row for each of its items, such as `line_items`."""
    since: str = ""
    """The parameter that asks for what changed since a value of the cursor, such as `updated_at_min`; nothing: all is asked."""
    start: str = ""
    """What this parameter says the first time."""
    key: Names = ("id",)
    """What records are told apart by."""
    next: Next = Next()
    """Where the next page is."""
    rate: float = Field(default=2, gt=0, le=1000)
    """Requests in a second."""
    timeout: float = Field(default=30, gt=0, le=600)
    """Seconds that an answer may take."""
    most_mb: int = Field(default=64, ge=1, le=1024)
    """Megabytes that an answer may have."""
    batch: int = Field(default=2_000, ge=1, le=1_000_000)
    """Records from which on the pages that were read are brought in."""

    @model_validator(mode="after")
    def _has_cursor(self) -> HttpSource:
        if self.since and not self.cursor:
            raise ValueError(Sentence("'since' needs 'cursor', the field of a record that it is about"))
        return self

    @cached_property
    def address(self) -> httpx.URL:
        """The address that is asked."""
        return httpx.URL(self.url.get_secret_value())


def _model(url: object) -> type[Source]:
    """Return the kind of a source by its address."""
    return HttpSource if str(url).lower().startswith(("http://", "https://")) else DatabaseSource


def read_source(path: Path) -> Source:
    """Read the file of a source; raise `SettingError` that names the file, the line and the entry that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        entries = tomllib.loads(text)
    except OSError as error:
        raise SettingError(
            "{file} cannot be read: {error}.", GUIDE, file=path, error=error.strerror or str(error)
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError("{file} is not valid TOML: {error}.", GUIDE, file=path, error=str(error)) from None
    try:
        hidden = list[str]()
        given = {"name": path.stem, **{key: _filled(value, key, hidden) for key, value in entries.items()}}
        if "hidden" in entries:
            raise _WrongError("hidden", "", Sentence("there is no such entry"))
        model = _model(given.get("url"))
        return model.model_validate({**given, "hidden": tuple(hidden)})
    except ValidationError as error:
        wrong = _seen(error, model)
    except _WrongError as error:
        wrong = error
    raise SettingError(
        "The source {file}, line {line}: {entry!r} is {value}: {wrong}.",
        GUIDE,
        file=path,
        line=_line(text, wrong.entry),
        entry=wrong.entry,
        value=wrong.value,
        wrong=wrong.why,
    )


class _WrongError(Exception):
    """An entry, its value as it may be shown, and what is wrong with it."""

    def __init__(self, entry: str, value: object, why: str) -> None:
        super().__init__(entry)
        self.entry, self.why = entry, why
        self.value = "***" if entry.partition(".")[0] in SECRET else repr(value)[:200]


def _filled(value: Any, entry: str, hidden: list[str]) -> Any:
    """Return a value with variables of the environment in their places, and remember what they hold."""
    if isinstance(value, Mapping):
        return {key: _filled(inner, f"{entry}.{key}", hidden) for key, inner in value.items()}
    if not isinstance(value, str):
        return value

    def stand_in(match: re.Match[str]) -> str:
        said = os.environ.get(match[1])
        if said is None:
            raise _WrongError(entry, value, Sentence("the variable {name} is not set", name=match[1]))
        hidden.extend(word for word in {said, quote(said, safe="")} if len(word) >= SHORTEST)
        # Within an address, a password may hold letters that mean something there.
        is_part = entry == "url" and match[0] != value
        return quote(said, safe="") if is_part else said

    return VARIABLE.sub(stand_in, value)


def _seen(error: ValidationError, model: type[Source]) -> _WrongError:
    """Return which entry is wrong and why."""
    first = error.errors()[0]
    entry = ".".join(str(part) for part in first["loc"]) or "table"
    known = [name for name in model.model_fields if name != "hidden"]
    why: str = first["msg"]
    if first["type"] == "extra_forbidden":
        near = nearest(entry, known)
        why = (
            Sentence("there is no such entry; near it: {near!r}", near=near)
            if near
            else Sentence("there is no such entry; entries: {known}", known=", ".join(known))
        )
    elif first["type"] == "missing":
        return _WrongError(entry, None, Sentence("it is needed"))
    elif "error" in first.get("ctx", {}):
        why = first["ctx"]["error"].args[0]
    return _WrongError(entry, first["input"] if first["loc"] else "", why)


def _line(text: str, entry: str) -> int:
    """Return the line of a TOML text where an entry stands, or what it stands in; 1 where neither does."""
    lines = text.splitlines()
    for name in reversed(entry.split(".")):
        key = re.compile(rf"""\s*\[?["']?{re.escape(name)}["']?\s*[=\]]""")
        for number, line in enumerate(lines, 1):
            if key.match(line):
                return number
    return 1
