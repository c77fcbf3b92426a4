"""An action: something that people and programs can ask Quanyu for; declared beside the function that does it.

The command line and the console perform actions and nothing else that changes a shop, so that every change has
one door with one log. What makes, adopts or tidies a workspace comes before there is a shop and is no action.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import SecretStr, TypeAdapter, ValidationError

from quanyu import ledger
from quanyu.discovery import declaring
from quanyu.errors import AccessError, ActionError, GivenError
from quanyu.ledger import Edit
from quanyu.nearest import did_you_mean
from quanyu.part.given import FILES, HEARS, MOST, unkept
from quanyu.part.role import Role, may
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

RECORD = "actions"
"""What actions are called in the audit log."""
REFUSED = "refusals"
"""What the audit log calls actions that somebody asked for without the right to."""


UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden", "dataclass_exact_type")
"""What the checks of types call a field that is not known."""
LACKING = ("missing", "missing_argument", "missing_keyword_only_argument")
"""And one that was not given."""
MOST_SHOWN = 200
"""Characters of what was given that an error shows."""


def silent(_name: object, _done: int, _total: int) -> None:
    """Hear of progress and say nothing."""


@dataclass(frozen=True)
class Caller:
    """Who asks for an action, who hears how far it is (`tell(what, done, total)`), and in which role.

    A program on the machine itself holds the files of the workspace and is their owner; the console and keys say the role of
    whoever signed in. Who asks from elsewhere names no file of this machine but those in `files`; an assistant may not hear
    what customers wrote, which could tell it what to do.
    """

    who: str
    tell: Callable[[Any, int, int], None] = silent
    role: Role = "owner"
    files: Path | None = None
    hears_customers: bool = True


@dataclass(frozen=True)
class Action:
    """An ability: its name, what it does in words, what it takes (a dataclass) and gives, and who may ask for it.

    `said` is the line of the audit log for one that `writes`, with the fields of what it takes in braces. What it takes as
    `SecretStr` is kept nowhere.
    """

    name: str
    label: Text
    takes: type
    gives: type
    do: Callable[[Workspace, Any, Caller], Any]
    role: Role = "marketer"
    writes: bool = True
    said: Text = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of what it cannot do without."""
        return tuple(
            item.name
            for item in fields(self.takes)
            if item.default is MISSING and item.default_factory is MISSING
        )

    @property
    def asks(self) -> tuple[str, ...]:
        """The names of what it takes."""
        return tuple(item.name for item in fields(self.takes))


def actions() -> tuple[Action, ...]:
    """Return every action, found in the stages, the loop and this room, by name."""
    modules = declaring(
        r"\w+ = Action\(", "collect", "understand", "decide", "act", "measure", "plan", "loop", "part"
    )
    listed = [value for module in modules for value in vars(module).values() if isinstance(value, Action)]
    return tuple(sorted({action.name: action for action in listed}.values(), key=lambda action: action.name))


def action_named(name: str) -> Action:
    """Return the action of a name, or raise `ActionError` with those there are."""
    known = {action.name: action for action in actions()}
    if name not in known:
        near = did_you_mean(name, known)
        raise ActionError(
            "There is no action {name!r}.",
            "{near} Actions: {known}." if near else "Actions: {known}.",
            name=name,
            near=near,
            known=", ".join(known),
        )
    return known[name]


def perform(ws: Workspace, action: Action, given: Mapping[str, Any] | bytes, caller: Caller) -> Any:
    """Do an action with what is given, and write a line of the audit log if it changes something; return what it gives.

    What is given is a mapping, or JSON as bytes, which is held to the types to the letter: "7" is no number there.

    Raises `AccessError` where the caller's role may not, `ActionError` where what is given is not what the action takes,
    and what the action itself raises.
    """
    check_role(ws, action, caller)
    taken = _taken(action, given, caller)
    result = action.do(ws, taken, caller)
    if action.writes:
        words = asdict(taken)
        said = Sentence(action.said, **{name: _plain(value) for name, value in words.items()})
        after = {"said": str(said), **_adapter(action.takes).dump_python(taken, mode="json")}
        with ledger.writing(ws.ledger) as connection:
            ledger.audited(connection, Edit(ws.now(), caller.who, RECORD, action.name, None, after))
    return result


def do(ws: Workspace, name: str, /, **given: Any) -> Any:
    """Do any action by its name with what it takes, as the owner of this machine's files; return what it gives.

    The same abilities as on the command line (`quanyu do`), over HTTP and for assistants; the audit log names whoever runs it.

    >>> import quanyu
    >>> do.__name__ in quanyu.__all__
    True
    """
    return perform(ws, action_named(name), given, Caller(getpass.getuser()))


def check_role(ws: Workspace, action: Action, caller: Caller) -> None:
    """Raise `AccessError` if the caller's role may not ask for an action; to ask for one that writes leaves a line."""
    if may(caller.role, action.role):
        return
    if action.writes:
        after = {"role": caller.role, "needs": action.role}
        with ledger.writing(ws.ledger) as connection:
            ledger.audited(connection, Edit(ws.now(), caller.who, REFUSED, action.name, None, after))
    raise AccessError(
        "{who} has the role {role} and may not ask for {action}, which needs the role {needed}.",
        "An owner can change the role: quanyu user role {who} {word}",
        who=caller.who or "-",
        role=Sentence(caller.role),
        action=action.name,
        needed=Sentence(action.role),
        word=action.role,
    )


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def answered(action: Action, result: Any, caller: Caller) -> bytes:
    """Return what an action gave as JSON, without what customers wrote where the caller may not hear that."""
    return _adapter(action.gives).dump_json(result, context={HEARS: caller.hears_customers})


def _taken(action: Action, given: Mapping[str, Any] | bytes, caller: Caller) -> Any:
    """Return what is given as what the action takes; raise `ActionError` where it is not that."""
    adapter, files = _adapter(action.takes), {FILES: caller.files}
    try:
        if isinstance(given, bytes):
            taken = _read(adapter, given or b"{}", files)
        else:
            taken = adapter.validate_python(dict(given), extra="forbid", context=files)
    except ValidationError as error:
        raise _refused(action, error) from None
    if (odd := unkept(asdict(taken))) is not None:
        raise ActionError(
            "The action {action} cannot take {value!r}.",
            "Give text without NUL and broken characters, and numbers between -2^63 and 2^63.",
            action=action.name,
            value=odd,
        )
    return taken


def _read(adapter: TypeAdapter[Any], given: bytes, files: Mapping[str, Any]) -> Any:
    """Read JSON to the letter; 5.0 is the whole number 5, as it is in JSON Schema."""
    try:
        return adapter.validate_json(given, strict=True, extra="forbid", context=files)
    except ValidationError as error:
        if not any(one["type"] == "int_type" and isinstance(one["input"], float) for one in error.errors()):
            raise
    plain = json.loads(given, parse_float=lambda word: int(n) if (n := float(word)).is_integer() else n)
    return adapter.validate_json(json.dumps(plain), strict=True, extra="forbid", context=files)


def _refused(action: Action, error: ValidationError) -> ActionError:
    """Return the error that says what of the given an action does not take."""
    # A field that it does not know is most likely the one that it misses, misspelt.
    first = min(error.errors(), key=lambda one: one["type"] not in UNKNOWN)
    known = ", ".join(action.asks) or Sentence("nothing")
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] in UNKNOWN:
        near = did_you_mean(field, action.asks)
        return GivenError(
            "The action {action} takes no {field!r}.",
            "{near} It takes: {known}." if near else "It takes: {known}.",
            action=action.name,
            near=near,
            field=field,
            known=known,
        )
    if first["type"] in LACKING:  # what else was given may be secret
        return GivenError(
            "The action {action} needs {field!r}.",
            "It takes: {known}.",
            action=action.name,
            field=field,
            known=known,
        )
    raised = first.get("ctx", {}).get("error")
    is_secret = bool(first["loc"]) and get_type_hints(action.takes).get(str(first["loc"][0])) is SecretStr
    wrong = ActionError if isinstance(raised, Exception) else GivenError
    return wrong(
        "The action {action} cannot take {value!r} as {field}: {cause}.",
        "It takes: {known}.",
        action=action.name,
        field=field or "JSON",
        value="***" if is_secret else str(first.get("input"))[:MOST_SHOWN],
        cause=raised.args[0] if isinstance(raised, Exception) and raised.args else first["msg"],
        known=known,
    )


def schema_of(listed: Iterable[Action], place: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return as JSON Schema what actions take and give, by name, and the shapes that both name; `place` is where shapes stand."""
    named = list(listed)
    wanted = [(one.name, "validation", _adapter(one.takes)) for one in named]
    wanted += [(one.name, "serialization", _adapter(one.gives)) for one in named]
    schemas, found = TypeAdapter.json_schemas(wanted, ref_template=place)  # type: ignore[arg-type]
    shapes = found.get("$defs", {})
    takes = {one.name: _strict(schemas[one.name, "validation"]) for one in named}
    gives = {one.name: schemas[one.name, "serialization"] for one in named}
    return takes, gives, {name: _strict(shape) for name, shape in shapes.items()}


def _strict(schema: Any) -> Any:
    """Return a schema that knows no other fields, and whole numbers that a column can hold."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _strict(part) for name, part in schema.items()}
    if told.get("type") == "integer":
        told = {"minimum": 1 - MOST, "maximum": MOST - 1} | told
    return (
        told | {"additionalProperties": False}
        if told.get("type") == "object" and "properties" in told
        else told
    )


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
