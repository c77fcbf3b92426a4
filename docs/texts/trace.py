"""What an expression can be: the literals it stands for, or something that is a `Text` by its type."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from docs.texts.house import FUNCTIONS, House, Module, name_of, names_in
from docs.texts.types import Types

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LISTS = (ast.Tuple, ast.List, ast.Set)
WRAPS = {"MappingProxyType", "dict", "tuple", "frozenset"}
GIVES_ONE = {"get", "pop"}


@dataclass(frozen=True)
class Said:
    """A text with its place: None where it cannot be found; `given` are the values that a call fills it with."""

    path: str
    line: int
    text: str | None
    code: str
    given: frozenset[str | None] | None = None


@dataclass(frozen=True, eq=False)
class Tracer:
    """Follows expressions of one module to their literals; `around` are the names that are being followed."""

    house: House
    types: Types
    module: Module
    around: frozenset[tuple[str, ast.AST]] = frozenset()

    def said(self, node: ast.Constant) -> Said:
        """Return a literal as a text with its place."""
        return Said(self.module.path, node.lineno, node.value, repr(node.value))

    def lost(self, node: ast.AST) -> Said:
        """Return an expression of which nobody can tell the words."""
        return Said(self.module.path, getattr(node, "lineno", 0), None, ast.unparse(node))

    def choices(self, value: ast.expr) -> Iterator[ast.expr]:
        """Yield what an expression can be where that is written: both sides of a condition, what a function assigns."""
        match value:
            case ast.IfExp(body=first, orelse=second):
                parts = [first, second]
            case (
                ast.BoolOp(values=values)
                | ast.Subscript(value=ast.Dict(values=values) | ast.Tuple(elts=values))
            ):
                parts = values
            case (
                ast.NamedExpr(value=inner)
                | ast.Call(func=ast.Name(id="next"), args=[ast.GeneratorExp(elt=inner)])
            ):
                parts = [inner]
            case ast.Call(func=ast.Name(id="next"), args=[ast.GeneratorExp(elt=first), second]):
                parts = [first, second]
            case ast.Call(func=ast.Name(id=name), args=[inner]) if name in WRAPS:
                parts = [inner]
            case ast.Call(func=ast.Attribute(value=holder, attr=name), args=[_, *rest]) if name in GIVES_ONE:
                parts = [holder, *rest]
            case _:
                yield value
                return
        yield from (choice for part in parts for choice in self.choices(part))

    def texts(self, value: ast.expr) -> Iterator[Said]:
        """Yield the texts that an expression can be; none if it is a `Text` itself."""
        for choice in self.choices(value):
            match choice:
                case ast.Constant(value=str() | None as text):
                    yield from [self.said(choice)] if text else []
                case ast.Name(id=name):
                    yield from self._named(name, choice)
                case ast.Subscript(value=holder):
                    yield from self.texts(holder)
                case ast.Attribute(value=ast.Name(id=base), attr=name) if room := self.house.imported(
                    base, self.module
                ):
                    yield from replace(self, module=room)._constant(name, choice)
                case _ if not self._is_text(choice):
                    yield self.lost(choice)

    def declared(self, name: str, node: ast.AST) -> ast.expr | None:
        """Return the type that a function gives to a name of its own, if it holds a text."""
        for scope in self.module.scopes(node):
            for bound in self.module.bindings.get((scope, name), ()):
                if isinstance(bound, ast.AnnAssign) and self.types.holds(bound.annotation, self.module):
                    return bound.annotation
        return None

    def assigned(self, name: str, node: ast.AST) -> Iterator[ast.expr]:
        """Yield what functions around a node assign to a name without a type."""
        for scope in self.module.scopes(node):
            if _loop_of(name, scope):
                return
            for bound in self.module.bindings.get((scope, name), ()):
                if isinstance(bound, ast.Assign) and name in map(name_of, bound.targets):
                    yield bound.value

    def _named(self, name: str, node: ast.Name) -> Iterator[Said]:
        """Yield the texts that a name can be bound to."""
        for scope in self.module.scopes(node):
            if loop := _loop_of(name, scope):
                yield from self._looped(loop.target, loop.iter, name)
                return
            if (name, scope) in self.around:
                return
            if isinstance(scope, (*FUNCTIONS, ast.Lambda)):
                word = next(
                    (word for word in ast.walk(scope.args) if isinstance(word, ast.arg) and word.arg == name),
                    None,
                )
                if word:
                    yield from (
                        []
                        if word.annotation and self.types.holds(word.annotation, self.module)
                        else [self.lost(word)]
                    )
                    return
            if bindings := self.module.bindings.get((scope, name)):
                inner = replace(self, around=self.around | {(name, scope)})
                if not self.declared(name, node):
                    yield from (said for bound in bindings for said in inner._bound(bound, name))
                return
        yield from self._constant(name, node)

    def _bound(self, bound: ast.AST, name: str) -> Iterator[Said]:
        match bound:
            case ast.Assign(targets=[target], value=value):
                yield from self._piece(target, value, name)
            case ast.For(target=target, iter=source):
                yield from self._looped(target, source, name)
            case ast.NamedExpr(value=value):
                yield from self.texts(value)
            case _:
                yield self.lost(bound)

    def _constant(self, name: str, node: ast.AST) -> Iterator[Said]:
        """Yield the text of a constant of a module, which needs no type where it is one literal."""
        home, bound = self.house.meaning(name, self.module) or (self.module, node)
        value = getattr(bound, "value", None)
        if isinstance(bound, ast.Assign) and isinstance(value, ast.Constant | ast.IfExp):
            yield from replace(self, module=home).texts(value)
        elif not (isinstance(bound, ast.AnnAssign) and self.types.holds(bound.annotation, home)):
            yield self.lost(node)

    def _looped(self, target: ast.expr, source: ast.expr, name: str) -> Iterator[Said]:
        """Yield what a name becomes that goes through something."""
        match source:
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                yield from (said for element in elements for said in self._piece(target, element, name))
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner]) if isinstance(target, ast.Tuple):
                yield from self._looped(target.elts[1], inner, name)
            case ast.Name(id=listed) if values := list(self.assigned(listed, source)):
                yield from (said for value in values for said in self._looped(target, value, name))
            case _ if not self._holds_text(source):
                yield self.lost(source)

    def _piece(self, target: ast.expr, value: ast.expr, name: str) -> Iterator[Said]:
        """Yield the part of a value that a name within a target takes."""
        if isinstance(target, ast.Name):
            yield from self.texts(value)
            return
        for choice in self.choices(value):
            if isinstance(choice, LISTS) and len(target.elts) == len(choice.elts):
                pairs = [
                    pair for pair in zip(target.elts, choice.elts, strict=True) if name in names_in(pair[0])
                ]
                yield from (said for part, inner in pairs for said in self._piece(part, inner, name))
            elif not self._holds_text(choice):
                yield self.lost(choice)

    def _is_text(self, value: ast.expr) -> bool:
        """Say whether an expression is a text by its type, or a list of such."""
        match value:
            case (ast.Attribute() as part) | ast.Call(func=ast.Attribute() as part) if (
                part.attr in self.types.attributes
            ):
                owner = self._type_of(part.value)
                told = self.types.attribute(part.attr, owner, self.module) if owner else None
                return told is not False
            case ast.Call(func=ast.Attribute(value=ast.Name(id=base), attr=name)):
                room = self.house.imported(base, self.module)
                return room is not None and self.types.gives(name, room)
            case ast.Call(func=ast.Name(id=name)):
                return name == "field" or self.types.gives(name, self.module)
            case ast.Starred(value=inner):
                return self._holds_text(inner)
        return False

    def _holds_text(self, value: ast.expr) -> bool:
        """Say whether anything in an expression is a text by its type."""
        return any(
            self._is_text(part) or (isinstance(part, ast.Name) and self._is_typed(part))
            for part in ast.walk(value)
        )

    def _type_of(self, value: ast.expr) -> ast.expr | None:
        """Return the type that a function gives to a name, as its parameter or where it is bound."""
        if not isinstance(value, ast.Name):
            return None
        for scope in self.module.scopes(value):
            if _loop_of(value.id, scope):
                return None
            words = ast.walk(scope.args) if isinstance(scope, FUNCTIONS) else ()
            named = [part for part in words if isinstance(part, ast.arg) and part.arg == value.id]
            for bound in [*named, *self.module.bindings.get((scope, value.id), ())]:
                return getattr(bound, "annotation", None)
        return None

    def _is_typed(self, name: ast.Name) -> bool:
        home, bound = self.house.meaning(name.id, self.module) or (self.module, None)
        if isinstance(bound, ast.AnnAssign):
            return self.types.holds(bound.annotation, home)
        return bound is None and all(said.text is not None for said in self._named(name.id, name))


def _loop_of(name: str, scope: ast.AST) -> ast.comprehension | None:
    """Return the part of a comprehension that binds a name."""
    loops = scope.generators if isinstance(scope, COMPREHENSIONS) else ()
    return next((loop for loop in loops if name in names_in(loop.target)), None)
