"""The actions that pull sources, and list how far they were pulled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quanyu import ledger
from quanyu.collect.pull.declare import Source, read_source
from quanyu.collect.pull.pulling import Pulled, pull
from quanyu.errors import PullError
from quanyu.ledger import PullState
from quanyu.nearest import did_you_mean
from quanyu.part.action import Action, Caller
from quanyu.workspace import Workspace

FOLDER = "pulls"
"""The folder of a workspace with the files of its sources."""


@dataclass(frozen=True)
class Asked:
    """What to pull: sources by their name in the workspace's folder `pulls`, or their files; none: all of that folder.

    `anew` reads them from their beginning.
    """

    sources: tuple[str, ...] = ()
    anew: bool = False


@dataclass(frozen=True)
class Nothing:
    """Nothing is asked for."""


def pauses(ws: Workspace, named: tuple[str, ...]) -> dict[str, float]:
    """Return the seconds between two times of the sources that are meant, by the words by which they are named."""
    names = named or tuple(path.stem for path in sorted((ws.root / FOLDER).glob("*.toml")))
    return {name: source.pause for name in names for source in sources(ws, (name,), Caller(""))}


def sources(ws: Workspace, named: tuple[str, ...], caller: Caller) -> Iterator[Source]:
    """Yield the sources that are meant; who asks from elsewhere names no file of this machine but those in the folder."""
    folder = ws.root / FOLDER
    known = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    for name in named or known:
        if name in known:
            yield read_source(known[name])
        elif caller.files is None and Path(name).expanduser().is_file():
            yield read_source(Path(name).expanduser())
        else:
            raise PullError(
                "There is no source {name!r}.",
                "{near} Name one of {folder}/*.toml, or its file."
                if known
                else "Write one: docs/how-to/pull-from-a-database.md",
                name=name[:200],
                near=did_you_mean(name, known),
                folder=FOLDER,
            )


def _pull(ws: Workspace, given: Asked, caller: Caller) -> list[Pulled]:
    asked = list(sources(ws, given.sources, caller))
    return [pull(ws, source, anew=given.anew, progress=caller.tell) for source in asked]


def _listed(ws: Workspace, _given: Nothing, _caller: Caller) -> list[PullState]:
    return ledger.list_pulls(ws.ledger)


PULL = Action(
    "pull_sources",
    "Bring what is new in databases and services into the tables; say what was taken and refused, and why.",
    Asked,
    list[Pulled],
    _pull,
    said="pulled {sources}",
)
LIST_PULLS = Action(
    "list_pulls",
    "List databases and services that are pulled: how far, when, what changed in them.",
    Nothing,
    list[PullState],
    _listed,
    "analyst",
    writes=False,
)
