"""Users: who may sign in, and what an owner changes about them. There is always an owner who can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import SecretStr

from quanyu import ledger
from quanyu.errors import AccessError
from quanyu.ledger import User
from quanyu.nearest import did_you_mean
from quanyu.part.access.password import hash_password, is_password
from quanyu.part.action import Action, Caller
from quanyu.part.role import Role
from quanyu.workspace import Workspace

LONGEST = 64
"""Characters of a name."""


@dataclass(frozen=True)
class NewUser:
    """Somebody who is to sign in."""

    name: str
    role: Role
    password: SecretStr


@dataclass(frozen=True)
class Placed:
    """A user and the role to have."""

    name: str
    role: Role


@dataclass(frozen=True)
class Activity:
    """A user, and whether they may sign in."""

    name: str
    is_active: bool


@dataclass(frozen=True)
class Reset:
    """A user and a new password for them."""

    name: str
    password: SecretStr


@dataclass(frozen=True)
class Renewal:
    """One's own password, and the one to have instead."""

    old: SecretStr
    new: SecretStr


def _add(ws: Workspace, given: NewUser, caller: Caller) -> User:
    name = given.name.strip()
    if not name or len(name) > LONGEST or not name.isprintable() or name.startswith("-"):
        raise AccessError(
            "{name!r} cannot be the name of a user.",
            "Give 1 to {longest} letters, digits or signs that can be printed; not a dash at the start.",
            name=name,
            longest=LONGEST,
        )
    made = User(name, given.role, hash_password(given.password.get_secret_value(), name), True, ws.now())
    with ledger.writing(ws.ledger) as connection:
        others = ledger.list_users(connection, to_change=True)
        if any(user.user_id == made.user_id for user in others):
            raise AccessError(
                "There is a user {name!r} already.", "Give another name, or change that user.", name=name
            )
        if not others and given.role != "owner":
            raise AccessError(
                "The first user has to be an owner: from then on everybody signs in, and somebody must be able to add others.",
                "Add an owner first: quanyu user add NAME --role owner",
            )
        ledger.save_user(connection, made, who=caller.who, at=ws.now())
    return made


def _place(ws: Workspace, given: Placed, caller: Caller) -> User:
    return _changed(ws, given.name, caller, lambda user: replace(user, role=given.role))


def _activate(ws: Workspace, given: Activity, caller: Caller) -> User:
    return _changed(ws, given.name, caller, lambda user: replace(user, is_active=given.is_active))


def _reset(ws: Workspace, given: Reset, caller: Caller) -> User:
    new = hash_password(given.password.get_secret_value(), given.name)
    return _changed(ws, given.name, caller, lambda user: replace(user, password_hash=new))


def _renew(ws: Workspace, given: Renewal, caller: Caller) -> User:
    user = ledger.find_user(ws.ledger, caller.who)
    if not is_password(given.old.get_secret_value(), user.password_hash if user else ""):
        raise AccessError("The old password is another one.", "Type the one you signed in with.")
    new = hash_password(given.new.get_secret_value(), caller.who)
    return _changed(ws, caller.who, caller, lambda user: replace(user, password_hash=new))


def _changed(ws: Workspace, name: str, caller: Caller, change: Callable[[User], User]) -> User:
    """Change a user and end their sessions; raise `AccessError` if there is none, or no owner would be left."""
    with ledger.writing(ws.ledger) as connection:
        users = {user.user_id: user for user in ledger.list_users(connection, to_change=True)}
        user = users.get(ledger.folded(name))
        if user is None:
            near = did_you_mean(name, [user.name for user in users.values()])
            raise AccessError(
                "There is no user {name!r}.",
                "{near} All of them: quanyu user list" if near else "All of them: quanyu user list",
                name=name,
                near=near,
            )
        after = change(user)
        left = {**users, user.user_id: after}.values()
        if not any(one.role == "owner" and one.is_active for one in left):
            raise AccessError(
                "{name} is the last owner who can sign in.",
                "Make somebody else an owner first.",
                name=user.name,
            )
        ledger.save_user(connection, after, who=caller.who, at=ws.now())
        ledger.end_sessions(connection, user.name, who=caller.who, at=ws.now())
    return after


@dataclass(frozen=True)
class All:
    """Every user is wanted."""


def _list(ws: Workspace, _: All, __: Caller) -> list[User]:
    """Return every user."""
    return ledger.list_users(ws.ledger)


ADD = Action(
    "add_user",
    "Add a user who may sign in.",
    NewUser,
    User,
    _add,
    "owner",
    said="added the user {name} as {role}",
)
PLACE = Action(
    "set_role", "Give a user another role.", Placed, User, _place, "owner", said="made {name} {role}"
)
ACTIVATE = Action(
    "set_active",
    "Let a user sign in, or not any more.",
    Activity,
    User,
    _activate,
    "owner",
    said="set whether {name} may sign in: {is_active}",
)
RESET = Action(
    "set_password",
    "Give a user another password.",
    Reset,
    User,
    _reset,
    "owner",
    said="gave {name} another password",
)
RENEW = Action(
    "change_password",
    "Change one's own password.",
    Renewal,
    User,
    _renew,
    "viewer",
    said="changed the own password",
)
LIST = Action("list_users", "List who may sign in.", All, list[User], _list, "owner", writes=False)
