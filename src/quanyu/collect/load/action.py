"""The action that loads files."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.collect.load.load import Loaded, load
from quanyu.part.action import Action, Caller
from quanyu.part.given import File
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Files:
    """What to load: files and folders, the layout where it is not recognised, and whether to read known files again."""

    paths: tuple[File, ...]
    layout: str | None = None
    again: bool = False


def _load(ws: Workspace, given: Files, caller: Caller) -> list[Loaded]:
    return load(ws, given.paths, layout=given.layout, progress=caller.tell, again=given.again)


LOAD = Action(
    "load_files",
    "Load files; say what was recognised, taken and refused, and why. Loading again adds nothing.",
    Files,
    list[Loaded],
    _load,
    said="loaded {paths}",
)
