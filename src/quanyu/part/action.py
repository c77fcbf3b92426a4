"""An action: something that people and programs can ask Quanyu for; declared beside the function that does it.

The command line and the console perform actions and nothing else that changes a shop, so that every change has
one door with one log. What makes, adopts or tidies a workspace comes before there is a shop and is no action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError

from quanyu import ledger
from quanyu.discovery import declaring
from quanyu.errors import ActionError
from quanyu.ledger import Edit
from quanyu.nearest import did_you_mean
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

Role = Annotated[Literal["analyst", "marketer", "owner"], Text]
"""Who may ask: an analyst reads, a marketer proposes and decides, an owner also changes the shop itself."""
RECORD = "actions"
"""What actions are called in the audit log."""


def silent(_name: object, _done: int, _total: int) -> None:
    """Hear of progress and say nothing."""


@dataclass(frozen=True)
class Caller:
    """Who asks for an action, and who hears how far it is: `tell(what, done, total)`."""

    who: str
    tell: Callable[[Any, int, int], None] = silent


@dataclass(frozen=True)
class Action:
    """An ability: its name, what it does in words, what it takes (a dataclass) and gives, and who may ask for it.

    `said` is the line of the audit log for one that `writes`, with the fields of what it takes in braces.
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
    def asks(self) -> tuple[str, ...]:
        """The names of what it takes."""
        return tuple(item.name for item in fields(self.takes))


def actions() -> tuple[Action, ...]:
    """Return every action, found in the stages and the loop, by name."""
    modules = declaring(
        r"\w+ = Action\(", "collect", "understand", "decide", "act", "measure", "plan", "loop"
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


def perform(ws: Workspace, action: Action, given: Mapping[str, Any], caller: Caller) -> Any:
    """Do an action with what is given, and write a line of the audit log if it changes something; return what it gives.

    Raises `ActionError` where what is given is not what the action takes, and what the action itself raises.
    """
    taken = _taken(action, given)
    result = action.do(ws, taken, caller)
    if action.writes:
        words = asdict(taken)
        said = Sentence(action.said, **{name: str(value) for name, value in words.items()})
        after = {"said": str(said), **TypeAdapter(action.takes).dump_python(taken, mode="json")}
        with ledger.writing(ws.ledger) as connection:
            ledger.audited(connection, Edit(ws.now(), caller.who, RECORD, action.name, None, after))
    return result


def _taken(action: Action, given: Mapping[str, Any]) -> Any:
    if unknown := sorted(given.keys() - set(action.asks)):
        near = did_you_mean(unknown[0], action.asks)
        raise ActionError(
            "The action {action} takes no {field!r}.",
            "{near} It takes: {known}." if near else "It takes: {known}.",
            action=action.name,
            near=near,
            field=unknown[0],
            known=", ".join(action.asks) or Sentence("nothing"),
        )
    try:
        return TypeAdapter(action.takes).validate_python(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        raise ActionError(
            "The action {action} cannot take {value!r} as {field}.",
            "It takes: {known}.",
            action=action.name,
            field=".".join(str(part) for part in first["loc"]),
            value=first.get("input"),
            known=", ".join(action.asks),
        ) from None
