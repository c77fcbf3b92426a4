"""Roles: what each may do, as one table that actions, pages and keys ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from quanyu.text import Text

Role = Annotated[Literal["owner", "marketer", "analyst", "agent", "viewer"], Text]
"""Who may ask for what; see `ROLES`."""


@dataclass(frozen=True)
class Duty:
    """What a role is for, and the roles whose rights it has too."""

    does: Text
    includes: tuple[Role, ...] = ()


ROLES: Mapping[Role, Duty] = MappingProxyType(
    {
        "viewer": Duty("reads figures and reports, nothing about single people"),
        "analyst": Duty("reads lists of people, masked, and asks questions of the data", ("viewer",)),
        "agent": Duty(
            "looks people up to serve them, and may see a phone, mail or name in clear", ("viewer",)
        ),
        "marketer": Duty("proposes, decides and reaches people", ("analyst", "agent")),
        "owner": Duty(
            "changes the shop itself: data, turns, users, keys; reads the audit log", ("marketer",)
        ),
    }
)
"""Every role; each also does what the roles do that it includes."""


def may(role: Role, *needed: Role) -> bool:
    """Say whether a role is one of those needed, or includes one.

    >>> may("marketer", "analyst"), may("agent", "analyst"), may("agent", "analyst", "agent")
    (True, False, True)
    """
    return role in needed or any(may(one, *needed) for one in ROLES[role].includes)
