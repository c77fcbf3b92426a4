"""A screen of the console: declared beside the function that draws it, found there by the menu and the routes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from quanyu.discovery import declared
from quanyu.part.role import Role, may
from quanyu.text import Text

GROUPS: tuple[Text, ...] = ("", "Data", "Customers", "Marketing", "Reports", "Shop")
"""The groups of the menu, in their order; the first has no heading."""


@dataclass(frozen=True)
class Page:
    """One screen: address, title, what draws it, and its line in the menu if it has one.

    What draws it returns the status of the answer where that is not 200, such as 404 for a person who is not there.

    `short` is its name on a phone, `icon` the path of its sign in a box of 24 by 24, `place` its place in its group,
    `is_near` whether a phone shows it at once rather than under "More", `warm` what reads for its first visitor ahead,
    `roles` who may open it, and whoever includes one of them. A page without an icon is reached from others only.
    """

    path: str
    title: Text
    draw: Callable[..., int | None]
    group: Text = ""
    short: Text = ""
    icon: str = ""
    place: int = 0
    is_near: bool = False
    warm: Callable[..., None] | None = None
    roles: tuple[Role, ...] = ("viewer",)


def pages() -> tuple[Page, ...]:
    """Return every screen, in the order of the menu."""
    declared_pages = declared("PAGE", "web/pages")
    return tuple(sorted(declared_pages, key=lambda page: (GROUPS.index(page.group), page.place, page.path)))


def menu(role: Role) -> tuple[tuple[Text, tuple[Page, ...]], ...]:
    """Return the menu of a role: groups with their pages."""
    listed = [page for page in pages() if page.icon and may(role, *page.roles)]
    return tuple((group, tuple(entries)) for group, entries in groupby(listed, key=lambda page: page.group))
