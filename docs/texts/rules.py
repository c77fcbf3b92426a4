"""Which texts people are shown: all that is written where the house asks for a `Text`.

A place that asks for one is a parameter, a field, a constant or what a function returns, annotated `Text` or with a
type that holds it, such as `Mapping[str, Text]`; and every sentence of an error of the family. What stands there is a
literal, one of several, or something that is a `Text` itself. All else is lost: nobody could translate it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from docs.texts.house import FUNCTIONS, House, Module, Parameter, name_of, parameters
from docs.texts.trace import Said, Tracer
from docs.texts.types import HOME, Types


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads the texts of one module of the house."""

    house: House
    types: Types
    module: Module

    @property
    def tracer(self) -> Tracer:
        """What follows expressions of the module."""
        return Tracer(self.house, self.types, self.module)

    def texts(self) -> Iterator[Said]:
        """Yield every text that the module says; the one that translates them says none."""
        for node in self.module.nodes if self.module.name != HOME else ():
            match node:
                case ast.Call():
                    yield from self._called(node)
                case ast.AnnAssign(value=ast.expr() as value, annotation=type_):
                    yield from self._annotated(value, type_, node)
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if type_ := self.tracer.declared(
                    name, node
                ):
                    yield from self._annotated(value, type_, node)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    yield from self._defaults(node)
                case ast.Return(value=ast.expr() as value) if type_ := self._returned(node):
                    yield from self._annotated(value, type_, node)
                case ast.Subscript(slice=ast.Tuple(elts=[words, *_])) if self.types.is_closed(
                    node, self.module
                ):
                    yield from (
                        self.tracer.said(part) for part in ast.walk(words) if isinstance(part, ast.Constant)
                    )

    def _annotated(self, value: ast.expr, type_: ast.expr, node: ast.AST) -> Iterator[Said]:
        """What is bound to a typed name; within a function the type alone may say that it is a text."""
        is_within = any(isinstance(scope, FUNCTIONS) for scope in self.module.scopes(node))
        yield from (said for said in self._spread(value, type_, self.module) if said.text or not is_within)

    def _defaults(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Said]:
        given = function.args
        words = [*given.posonlyargs, *given.args]
        last = words[len(words) - len(given.defaults) :]
        for word, value in [
            *zip(last, given.defaults, strict=True),
            *zip(given.kwonlyargs, given.kw_defaults, strict=True),
        ]:
            if value and word.annotation:
                yield from self._spread(value, word.annotation, self.module)

    def _returned(self, node: ast.Return) -> ast.expr | None:
        function = next(self.module.scopes(node))
        type_ = getattr(function, "returns", None)
        return type_ if type_ and self.types.holds(type_, self.module) else None

    def _called(self, call: ast.Call) -> Iterator[Said]:
        """What a call says, with the values that it gives for the places of its texts."""
        names = frozenset(word.arg for word in call.keywords)
        if name_of(call.func) in self.house.family:
            said = [said for argument in call.args for said in self.tracer.texts(argument)]
            yield from (replace(text, given=names) for text in said if call.args)
            yield from [] if call.args else [self.tracer.lost(call)]
            return
        listed = self._takes(call)
        given = names if any(parameter.name == "**" for parameter in listed) else None
        for argument, parameter in _filled(call, listed):
            yield from (
                replace(said, given=given) for said in self._spread(argument, parameter.type, parameter.home)
            )

    def _takes(self, call: ast.Call) -> Sequence[Parameter]:
        """What a call takes, as far as it can be known who is called."""
        match call.func:
            case ast.Name(id=name):
                return self._taken_by(name, call)
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if own := self._own(name, call):
                return parameters(own, self.module)[1:]
            case ast.Attribute(value=ast.Name(id=base), attr=name) if room := self.house.imported(
                base, self.module
            ):
                return self.types.takes(name, room)
            case ast.Attribute(attr=name):
                return self.types.methods.get(name, ())
        return ()

    def _taken_by(self, name: str, call: ast.Call) -> Sequence[Parameter]:
        """What is taken by a function of this name, or by one made of another by `partial`."""
        for value in self.tracer.assigned(name, call):
            if isinstance(value, ast.Call) and name_of(value.func) == "partial":
                return self.types.takes(name_of(value.args[0]), self.module)[len(value.args) - 1 :]
        return self.types.takes(name, self.module) or self.types.methods.get(name, ())

    def _own(self, name: str, call: ast.Call) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        around = next((scope for scope in self.module.scopes(call) if isinstance(scope, ast.ClassDef)), None)
        body = around.body if around else ()
        return next((part for part in body if isinstance(part, FUNCTIONS) and part.name == name), None)

    def _spread(self, value: ast.expr, type_: ast.expr | None, home: Module) -> Iterator[Said]:
        """Yield the texts of a value, taken apart as its type is."""
        if type_ is None or not self.types.holds(type_, home):
            return
        for choice in self.tracer.choices(value):
            is_own = isinstance(choice, ast.Name) and not self.tracer.declared(choice.id, choice)
            for bound in (list(self.tracer.assigned(choice.id, choice)) if is_own else []) or [choice]:
                yield from self._parts(bound, type_, home)

    def _parts(self, value: ast.expr, type_: ast.expr, home: Module) -> Iterator[Said]:
        for choice in self.tracer.choices(value):
            for part in self.types.parts(type_, choice, home):
                yield from (
                    self.tracer.texts(choice)
                    if part is None
                    else self._spread(part.value, part.type, part.home)
                )


def _filled(call: ast.Call, listed: Sequence[Parameter]) -> Iterator[tuple[ast.expr, Parameter]]:
    """Yield the arguments of a call with what they are given for."""
    by_name = {parameter.name: parameter for parameter in listed}
    free = [parameter for parameter in listed if parameter.name not in {"*", "**"}]
    for at, argument in enumerate(call.args):
        parameter = free[at] if at < len(free) else by_name.get("*")
        if parameter:
            yield argument, parameter
    for word in call.keywords:
        if word.arg in by_name:
            yield word.value, by_name[word.arg]
