"""The modules of the house as trees, and what a name in one of them means."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Parameter:
    """What a call takes: a parameter of a function, or a field of a dataclass; `home` is the module of its type."""

    name: str
    type: ast.expr | None
    home: Module


@dataclass(frozen=True, eq=False)
class Module:
    """One module: its dotted name, its path below the source, and its tree."""

    name: str
    path: str
    tree: ast.Module

    @cached_property
    def names(self) -> dict[str, ast.AST]:
        """What its names are bound to: by statements of the module itself, else by an import within one."""
        imports = [node for node in self.nodes if isinstance(node, ast.ImportFrom)]
        return {name: node for node in [*imports, *self.tree.body] for name in _bound(node)}

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything that stands in it."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around every node."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def bindings(self) -> Mapping[tuple[ast.AST, str], list[ast.AST]]:
        """What binds a name within a function, by function and name."""
        listed = defaultdict[tuple[ast.AST, str], list[ast.AST]](list)
        for node in self.nodes:
            for name in _bound_within(node):
                for scope in self.scopes(node):
                    if isinstance(scope, FUNCTIONS):
                        listed[scope, name].append(node)
        return dict(listed)

    def scopes(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the functions, classes and comprehensions around a node, the innermost first."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, SCOPES):
                yield node


def _bound(node: ast.AST) -> list[str]:
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.ImportFrom | ast.Import):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, ast.AnnAssign):
        return [name_of(node.target)]
    if isinstance(node, ast.Assign):
        return [leaf.id for target in node.targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)]
    return []


def _bound_within(node: ast.AST) -> set[str]:
    match node:
        case ast.Assign(targets=targets):
            return {name for target in targets for name in names_in(target)}
        case ast.AnnAssign(target=target) | ast.For(target=target) | ast.NamedExpr(target=target):
            return names_in(target)
    return set()


def names_in(target: ast.AST) -> set[str]:
    """Return the names that stand in an expression."""
    return {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}


def name_of(node: ast.AST) -> str:
    """Return the last name of a node: `b` of `a.b`, "" of what has none."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


@dataclass(frozen=True, eq=False)
class House:
    """Every module below a folder, by dotted name."""

    modules: dict[str, Module]

    @classmethod
    def of(cls, source: Path) -> House:
        """Read the modules of a package; `source` is the folder that holds it."""
        read = {
            ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__"): path
            for path in sorted(source.rglob("*.py"))
        }
        return cls(
            {
                name: Module(
                    name, path.relative_to(source).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
                )
                for name, path in read.items()
            }
        )

    def meaning(self, name: str, module: Module) -> tuple[Module, ast.AST] | None:
        """Return where a name of a module is bound, imports followed, and by which statement."""
        node = module.names.get(name)
        if not isinstance(node, ast.ImportFrom):
            return (module, node) if node and not isinstance(node, ast.Import) else None
        original = next(alias.name for alias in node.names if name in {alias.asname, alias.name})
        home = self.modules.get(node.module or "")
        return self.meaning(original, home) if home and home is not module else None

    def imported(self, name: str, module: Module) -> Module | None:
        """Return the module that a name of a module stands for, None where it is something else."""
        node = module.names.get(name)
        if not isinstance(node, ast.ImportFrom):
            return None
        original = next(alias.name for alias in node.names if name in {alias.asname, alias.name})
        return self.modules.get(f"{node.module}.{original}")

    @cached_property
    def classes(self) -> list[tuple[Module, ast.ClassDef]]:
        """Every class of the house with its module."""
        return [
            (module, node)
            for module in self.modules.values()
            for node in module.nodes
            if isinstance(node, ast.ClassDef)
        ]

    @cached_property
    def family(self) -> frozenset[str]:
        """The names of `QuanyuError` and of every class below it."""
        names = {"QuanyuError"}
        while (
            more := {node.name for _, node in self.classes if names & set(map(name_of, node.bases))} - names
        ):
            names |= more
        return frozenset(names)

    def fields(self, node: ast.ClassDef, module: Module) -> list[Parameter]:
        """Return what making an object of a class takes: the parameters of `__init__`, else its fields, inherited first."""
        for method in node.body:
            if isinstance(method, FUNCTIONS) and method.name in {"__init__", "__new__"}:
                return parameters(method, module)[1:]
        inherited = [
            field
            for base in node.bases
            if (found := self.meaning(name_of(base), module)) and isinstance(found[1], ast.ClassDef)
            for field in self.fields(found[1], found[0])
        ]
        own = [
            Parameter(name_of(part.target), part.annotation, module)
            for part in node.body
            if isinstance(part, ast.AnnAssign)
        ]
        return [field for field in inherited if field.name not in {one.name for one in own}] + own


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> list[Parameter]:
    """Return the parameters of a function in their order; the rest as `*` and `**`."""
    given = node.args
    listed = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    many = [Parameter("*", given.vararg.annotation, module)] if given.vararg else []
    values = [Parameter("**", None, module)] if given.kwarg else []
    return [Parameter(word.arg, word.annotation, module) for word in listed] + many + values
