"""JSON that is not one object per line, written so: one list, an object around a list, objects over many lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path

from quanyu.errors import UnreadableFileError

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_LIST, _COLON = re.compile(rb"\s*:\s*\[(?=\s*\{)"), re.compile(rb"\s*:")
_REST = re.compile(rb"[^\s,](?:[^,]*[^\s,])?")
_NUMBER = re.compile(rb'"(?:[^"\\]|\\.)*+"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?', re.DOTALL)
_LONG = re.compile(rb"\d\.\d{15}|\d{15}\.\d")
DIGITS = 16
"""More digits of a fraction are lost when it is read as a number."""
Piece = tuple[int, int]
IsKnown = Callable[[str], bool]


def as_lines(path: Path, name: str, is_known: IsKnown, into: Path) -> Path:
    """Return a UTF-8 file of JSON lines: the file itself if it is one, else a copy with one object of it per line.

    Of an object around one list of objects the list counts, unless its own keys are those that layouts know. What is no
    object has a line of its own, too. Raises `UnreadableFileError` for an object around several lists.
    """
    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as text:
        at = _begin(text)
        pieces = _of_list(text, at) if text[at : at + 1] == b"[" else _of_objects(text, at, name, is_known)
        if pieces is None:
            return path
        with into.open("wb") as out:
            for start, end in pieces:
                out.write(text[start:end].replace(b"\n", b" ").replace(b"\r", b" ") + b"\n")
    return into


def _begin(text: mmap) -> int:
    bracket = re.search(rb"[\[{]", text)
    return bracket.start() if bracket else 0


def _of_list(text: mmap, at: int) -> Iterator[Piece]:
    """Yield what a list holds, and what stands after it."""
    end = yield from _pieces(text, at + 1)
    yield from _pieces(text, end)


def _of_objects(text: mmap, at: int, name: str, is_known: IsKnown) -> Iterator[Piece] | None:
    """Return the objects of a file that begins with one, none if they are lines."""
    start, end = next(_pieces(text, at))
    first = text[start:end]
    if any(map(_is_object, first.split(b"\n")[1:])) and not _is_object(first):
        # A line that is broken swallowed those after it.
        return None
    inside = None if _REST.search(text, end) else _list_in(text, (start, end), name, is_known)
    if inside is not None:
        return _pieces(text, inside)
    return _pieces(text, at) if b"\n" in first else None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _pieces(text: mmap, at: int) -> Generator[Piece, None, int]:
    """Yield the values from a place on, up to the end of the list or the text around them; return that end."""
    depth, start, last = 0, at, at
    for token in _TOKEN.finditer(text, at):
        mark = token.group()[:1]
        if mark in b"[{":
            if not depth:
                yield from _between(text, last, token.start())
                start = token.start()
            depth += 1
        elif mark != b'"':
            depth -= 1
            if not depth:
                last = token.end()
                yield start, last
            elif depth < 0:
                yield from _between(text, last, token.start())
                return token.end()
    if depth:
        yield start, len(text)
    else:
        yield from _between(text, last, len(text))
    return len(text)


def _between(text: mmap, start: int, end: int) -> Iterator[Piece]:
    """Yield what is neither list nor object."""
    return (match.span() for match in _REST.finditer(text, start, end))


@dataclass
class _Keys:
    """The keys of an object, and where those of its lists begin whose values are objects."""

    names: list[str]
    lists: dict[str, int]


def _list_in(text: mmap, whole: Piece, name: str, is_known: IsKnown) -> int | None:
    """Return where the list of an object begins for whose sake it is there; none if the object itself is the record."""
    keys = _keys(text, whole)
    own = sum(map(is_known, keys.names))
    known = {key: sum(map(is_known, _first_keys(text, at))) for key, at in keys.lists.items()}
    if not known or own > max(known.values()):
        return None
    told = [key for key, n in known.items() if n] or list(known)
    if len(told) > 1:
        raise UnreadableFileError(
            "{file} is one JSON object with several lists: {lists}.",
            "Write the list to load as a file of its own.",
            file=name,
            lists=", ".join(told),
        )
    return keys.lists[told[0]]


def _keys(text: mmap, whole: Piece) -> _Keys:
    keys, depth = _Keys([], {}), 0
    for token in _TOKEN.finditer(text, *whole):
        mark = token.group()
        if mark[:1] != b'"':
            depth += 1 if mark in b"[{" else -1
        elif depth == 1 and _COLON.match(text, token.end()):
            key = json.loads(mark)
            keys.names.append(key)
            if begins := _LIST.match(text, token.end()):
                keys.lists[key] = begins.end()
    return keys


def _first_keys(text: mmap, at: int) -> list[str]:
    for start, end in islice(_pieces(text, at), 1):
        return _keys(text, (start, end)).names
    return []


def kept_digits(line: bytes) -> bytes:
    """Return a line of JSON in which fractions of too many digits are texts, so that none is lost.

    >>> kept_digits(b'{"id": 0.12345678901234567891, "n": 1.5, "t": "1.23456789012345678"}')
    b'{"id": "0.12345678901234567891", "n": 1.5, "t": "1.23456789012345678"}'
    """
    return _NUMBER.sub(_quoted, line) if _LONG.search(line) else line


def _quoted(match: re.Match[bytes]) -> bytes:
    token = match.group()
    n_digits = sum(48 <= byte <= 57 for byte in token)
    is_lost = not token.startswith(b'"') and not token.lstrip(b"-").isdigit() and n_digits > DIGITS
    return b'"%s"' % token if is_lost else token
