"""The catalogues, one .po file per room: kept by Babel, in the order in which their texts were added."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).parents[2] / "src" / "quanyu" / "locale" / "zh"
HEAD = 'msgid ""\nmsgstr ""\n"Language: zh\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def update(folder: Path, texts: Mapping[str, str]) -> Mapping[str, str]:
    """Let the catalogues of a folder hold these texts and no others; return those without a translation.

    A text stays where it stands; a new one comes to the end of its room's file. Texts come with their places.
    """
    kept = {path: _read(path) for path in sorted(folder.glob("*.po"))}
    home = {message.id: path for path, catalog in kept.items() for message in catalog if message.id}
    listed: dict[Path, list[str]] = {path: [] for path in kept}
    for text in [*(text for text in home if text in texts), *(text for text in texts if text not in home)]:
        listed.setdefault(home.get(text) or folder / f"{room_of(texts[text])}.po", []).append(text)
    untold = {}
    for path, ids in listed.items():
        catalog = kept.get(path) or Catalog(locale="zh")
        template = Catalog()
        for text in ids:
            template.add(text)
        catalog.update(template, no_fuzzy_matching=True)
        path.write_text(HEAD + _written(catalog), encoding="utf-8")
        untold |= {message.id: texts[message.id] for message in catalog if message.id and not message.string}
    return untold


def room_of(place: str) -> str:
    """Return the room of a place.

    >>> room_of("quanyu/web/pages/metrics.py:12"), room_of("quanyu/loop.py:30")
    ('web', 'loop')
    """
    return Path(place.rpartition(":")[0]).with_suffix("").parts[1]


def _read(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale="zh", abort_invalid=True)


def _written(catalog: Catalog) -> str:
    for message in catalog:
        message.flags.clear()
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, omit_header=True, no_location=True, ignore_obsolete=True)
    return buffer.getvalue().decode().strip("\n") + "\n"
