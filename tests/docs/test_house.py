"""The house keeps its shape: small folders, faces, and no two rooms that wait for each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
ROOT = SRC / "quanyu"
MOST_FILES = 12
MOST_NAMES = 6
ROOMS = {
    "quanyu.web.pages",
    "quanyu.web.parts",
    "quanyu.ledger.migrate",
    "quanyu.ledger.migrate.versions",
    *(f"quanyu.tables.{name}" for name in ("metric", "owned", "text", "view")),
}
"""Folders within a room that are rooms themselves: their modules are open to all."""


@cache
def modules() -> dict[str, Path]:
    return {_name(file): file for file in ROOT.rglob("*.py")}


def _name(file: Path) -> str:
    parts = file.relative_to(SRC).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def imports() -> list[tuple[str, str, str]]:
    """Who imports what name from which module of the house, imports for types alone left out."""
    return [
        (name, node.module, item.name)
        for name, file in modules().items()
        for node in _run(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module in modules()
        for item in node.names
    ]


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from _run(node)


@cache
def subrooms() -> list[str]:
    """Folders below a room: their `__init__` is their face."""
    return [
        name
        for name, file in modules().items()
        if file.name == "__init__.py" and name.count(".") >= 2 and name not in ROOMS
    ]


@cache
def subroom(module: str) -> str:
    """The innermost sub-room a module lies in; nothing for one that lies in a room itself."""
    inside = [room for room in subrooms() if module == room or module.startswith(f"{room}.")]
    return max(inside, key=len, default="")


def test_folders_are_small() -> None:
    folders = {file.parent for file in modules().values()}
    assert not {
        str(folder.relative_to(SRC)): len(list(folder.glob("*.py")))
        for folder in folders
        if len(list(folder.glob("*.py"))) > MOST_FILES
    }


def test_a_sub_room_is_entered_by_its_face() -> None:
    passed_by = [
        f"{who} imports {source}"
        for who, source, name in imports()
        for target in [f"{source}.{name}" if f"{source}.{name}" in modules() else source]
        if (room := subroom(target))
        and target != room
        and not (who == room or who.startswith(f"{room}.") or room.startswith(f"{who}."))
        and not (
            target != source
            and subroom(source) == room
            and f"{source}.{name}" in modules()
            and _has(source, name)
        )
    ]
    assert not passed_by


def _has(face: str, name: str) -> bool:
    """Say whether a face itself defines or imports a name."""
    tree = ast.parse(modules()[face].read_text(encoding="utf-8"))
    return any(
        name
        in (
            [item.asname or item.name for item in node.names]
            if isinstance(node, ast.ImportFrom)
            else [getattr(node, "name", "")]
        )
        for node in tree.body
    )


def test_faces_are_small() -> None:
    """What others import from a face counts, and what they say of one that they import as a whole."""
    told: dict[str, set[str]] = {room: set() for room in subrooms()}
    for who, source, name in imports():
        if source in told and not f"{who}.".startswith(f"{source}."):
            told[source].add(name)
        if (whole := f"{source}.{name}") in told and not f"{who}.".startswith(f"{whole}."):
            told[whole] |= _said_of(name, modules()[who])
    assert not {room: sorted(names) for room, names in told.items() if len(names) > MOST_NAMES}


def _said_of(module: str, file: Path) -> set[str]:
    return {
        node.attr
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    }


def test_rooms_do_not_wait_for_each_other() -> None:
    """Each module can be imported first: a face and what it needs never need each other."""
    node = lambda module: subroom(module) or module  # noqa: E731
    graph: dict[str, set[str]] = {}
    for who, source, name in imports():
        target = f"{source}.{name}" if f"{source}.{name}" in modules() else source
        if (
            node(who) != node(target)
            and not f"{node(who)}.".startswith(f"{node(target)}.")
            and not f"{node(target)}.".startswith(f"{node(who)}.")
        ):
            graph.setdefault(node(who), set()).add(node(target))
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" needs ".join(error.args[1]))


MOST_LINES = 400
MOST_UNNAMED = 6


def test_files_are_small() -> None:
    sizes = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in modules().items()}
    assert not {name: n for name, n in sizes.items() if n > MOST_LINES}


def test_calls_with_many_values_name_them() -> None:
    """Rows of declared tables aside, which stand outside of functions, one below the other."""
    unnamed = [
        f"{name}:{call.lineno}"
        for name, file in modules().items()
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and (call.func.id[0].isupper() or call.func.id == "cls")
        and sum(not isinstance(given, ast.Starred) for given in call.args) > MOST_UNNAMED
    ]
    assert not unnamed
