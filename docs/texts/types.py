"""Which types hold a `Text`, and so which calls and attributes ask for one or give one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from docs.texts.house import FUNCTIONS, House, Module, Parameter, name_of, parameters

HOME, NAMES = "quanyu.text", {"Text", "Sentence"}
MAPPINGS = {"Mapping", "dict"}
LISTS = (ast.Tuple, ast.List, ast.Set)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Part:
    """A part of a value with the type that it has, and the module that names the type."""

    value: ast.expr
    type: ast.expr
    home: Module


@dataclass(frozen=True, eq=False)
class Types:
    """What the annotations of a house say about texts."""

    house: House

    def holds(self, type_: ast.AST, home: Module) -> bool:
        """Say whether a type is `Text` or holds it."""
        return any(self._is_text(part, home) for part in ast.walk(type_))

    def _is_text(self, part: ast.AST, home: Module) -> bool:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier():
            part = ast.Name(part.value)
        if not isinstance(part, ast.Name):
            return False
        found = self.house.meaning(part.id, home)
        if found is None:
            return False
        where, bound = found
        if where.name == HOME:
            return part.id in NAMES
        is_alias = isinstance(bound, ast.Assign) and isinstance(
            bound.value, ast.Subscript | ast.BinOp | ast.Name
        )
        return is_alias and self.holds(bound.value, where)

    def is_closed(self, node: ast.Subscript, home: Module) -> bool:
        """Say whether a type is `Annotated[Literal[...], Text]`: words that are shown."""
        if name_of(node.value) != "Annotated" or not isinstance(node.slice, ast.Tuple):
            return False
        return any(isinstance(part, ast.Name) and self._is_text(part, home) for part in node.slice.elts[1:])

    def parts(self, type_: ast.expr, value: ast.expr, home: Module) -> Iterator[Part | None]:
        """Yield the parts of a value with their types; None: the value is one text, or is none that has parts."""
        match type_:
            case ast.Name() if found := self._aliased(type_, home):
                yield from self.parts(found[1], value, found[0])
            case ast.BinOp(left=left, right=right):
                side = left if self.holds(left, home) else right
                yield from self.parts(side, value, home)
            case ast.Subscript(value=head) if name_of(head) == "Annotated":
                return
            case ast.Subscript(slice=ast.Tuple(elts=[key, content])) if isinstance(value, ast.Dict):
                for name, word in zip(value.keys, value.values, strict=True):
                    if name is None:
                        yield Part(word, type_, home)
                    else:
                        yield from (Part(name, key, home), Part(word, content, home))
            case ast.Subscript(slice=ast.Tuple(elts=[key, content])) if isinstance(value, ast.DictComp):
                yield from (Part(value.key, key, home), Part(value.value, content, home))
            case ast.Subscript(slice=inner) if isinstance(value, COMPREHENSIONS):
                yield Part(value.elt, inner.elts[0] if isinstance(inner, ast.Tuple) else inner, home)
            case ast.Subscript(slice=inner) if isinstance(value, LISTS):
                yield from self._listed(type_, inner, value.elts, home)
            case _:
                yield None

    def _listed(
        self, type_: ast.expr, inner: ast.expr, elements: Sequence[ast.expr], home: Module
    ) -> Iterator[Part]:
        is_fixed = isinstance(inner, ast.Tuple) and not _is_dots(inner.elts[-1])
        each = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
        for at, element in enumerate(elements):
            if isinstance(element, ast.Starred):
                yield Part(element.value, type_, home)
            else:
                yield Part(element, inner.elts[at] if is_fixed else each, home)

    def _aliased(self, type_: ast.Name, home: Module) -> tuple[Module, ast.expr] | None:
        found = self.house.meaning(type_.id, home)
        is_alias = found and isinstance(found[1], ast.Assign) and found[0].name != HOME
        return (found[0], found[1].value) if is_alias else None

    def takes(self, name: str, module: Module) -> list[Parameter]:
        """Return what calling a name of a module takes, nothing where that is not known."""
        where, node = self.house.meaning(name, module) or (module, None)
        if isinstance(node, ast.ClassDef):
            return self.house.fields(node, where)
        return parameters(node, where) if isinstance(node, FUNCTIONS) else []

    def gives(self, name: str, module: Module) -> bool:
        """Say whether a function of this name returns a text."""
        where, node = self.house.meaning(name, module) or (module, None)
        is_sentence = where.name == HOME and name in NAMES
        return is_sentence or (
            isinstance(node, FUNCTIONS) and bool(node.returns) and self.holds(node.returns, where)
        )

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The names of fields, properties and methods that are or return a text, whatever their class."""
        return frozenset(
            part.name if isinstance(part, FUNCTIONS) else name_of(part.target)
            for module, node in self.house.classes
            for part in node.body
            if (type_ := getattr(part, "returns", None) or getattr(part, "annotation", None))
            and self.holds(type_, module)
        )

    def attribute(self, name: str, owner: ast.expr, home: Module) -> bool | None:
        """Say whether an attribute of something of a type is a text; None where the type does not tell."""
        where, node = self.house.meaning(name_of(owner), home) or (home, None)
        if not isinstance(node, ast.ClassDef):
            return None
        for part in node.body:
            if name in {getattr(part, "name", ""), name_of(getattr(part, "target", part))}:
                type_ = getattr(part, "returns", None) or getattr(part, "annotation", None)
                return type_ is not None and self.holds(type_, where)
        inherited = (self.attribute(name, base, where) for base in node.bases)
        return next((told for told in inherited if told is not None), None)

    @cached_property
    def methods(self) -> dict[str, list[Parameter]]:
        """What methods take that ask for a text, by their name, whatever their class."""
        return {
            part.name: parameters(part, module)[1:]
            for module, node in self.house.classes
            for part in node.body
            if isinstance(part, FUNCTIONS) and not part.name.startswith("__") and self._asks(part, module)
        }

    def _asks(self, function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> bool:
        return any(item.type and self.holds(item.type, module) for item in parameters(function, module))


def _is_dots(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
