"""What is recommended to somebody, or with an item, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from quanyu.decide.recommend.history import Span, history
from quanyu.decide.recommend.lists import REACH, offered
from quanyu.decide.settings import RecommendSettings
from quanyu.errors import RecommendError
from quanyu.nearest import did_you_mean
from quanyu.part.action import Action, Caller
from quanyu.part.day import as_of
from quanyu.text import Text
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

POPULAR = "popular"
LINKED = "linked"
NEUTRAL: Text = "Nothing is chosen for who asked for that"
UNKNOWN: Text = "Nothing is known of what they like yet"
NO_BETTER: Text = "No list of their own foresees better what people buy"
REST: Text = "The rest is what is popular"


@dataclass(frozen=True)
class Wanted:
    """A person or an item, and how many items are wanted."""

    person_id: str = ""
    item_id: str = ""
    n: Annotated[int, Field(ge=1, le=100)] = 10


@dataclass(frozen=True)
class Entry:
    """An item: where it comes from (`model`, or `linked` with an item), its score there, and the item that speaks for it most."""

    item_id: str
    name: str | None
    source: str
    score: float | None
    because_id: str | None = None
    because: str | None = None


@dataclass(frozen=True)
class Recommended:
    """What is recommended, the foremost first; `fallback` says why it is, or the rest of it is, only what is popular."""

    person_id: str
    item_id: str
    entries: tuple[Entry, ...]
    fallback: Text = ""


def recommend(ws: Workspace, given: Wanted, _: Caller) -> Recommended:
    """Return what is recommended to a person, or with an item; filled up with what is popular.

    Raises `RecommendError` where neither or both are named, or where there is nobody and nothing of the name.
    """
    if bool(given.person_id) == bool(given.item_id):
        raise RecommendError(
            "It needs a person or an item.", "quanyu recommend PERSON_ID, or quanyu recommend --item ITEM_ID"
        )
    own, fallback = _to_person(ws, given) if given.person_id else (_with_item(ws, given), "")
    known = {entry.item_id for entry in own} | {given.item_id}
    rest = [] if len(own) == given.n else [one for one in _popular(ws, given.n) if one.item_id not in known]
    entries = (*own, *rest[: given.n - len(own)])
    return Recommended(
        given.person_id, given.item_id, entries, fallback or (REST if own and len(entries) > len(own) else "")
    )


def _to_person(ws: Workspace, given: Wanted) -> tuple[list[Entry], Text]:
    people = ws.warehouse.table("people")
    asked = people.filter(people.person_id == given.person_id).select("is_personalised")
    told = ws.warehouse.read(asked).to_pylist()
    if not told:
        raise RecommendError(
            "There is no person {person_id!r}.",
            "quanyu people explain PERSON_OR_IDENTIFIER says who somebody is.",
            person_id=given.person_id,
        )
    if told[0]["is_personalised"] is False:
        return [], NEUTRAL
    rows = ws.warehouse.table("recommendations")
    own = rows.filter(rows.person_id == given.person_id, rows.place <= given.n)
    listed = ws.warehouse.read(_named(ws, own).order_by("place")).to_pylist()
    if not listed:
        return [], UNKNOWN if ws.warehouse.count("recommendations") else NO_BETTER
    because = _because(ws, given.person_id, [row["item_id"] for row in listed])
    return [
        Entry(
            row["item_id"],
            row["name"],
            row["model"],
            row["score"],
            *because.get(row["item_id"], (None, None)),
        )
        for row in listed
    ], ""


def _because(ws: Workspace, person_id: str, items: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Return of each item which of the newest items of a person it goes with most, with its name."""
    span = Span.before(ws, as_of(ws), ws.settings.of(RecommendSettings).days)
    had, links, names = history(ws, span), ws.warehouse.table("item_links"), ws.warehouse.table("items")
    people = ws.warehouse.table("people")
    number = people.filter(people.person_id == person_id).select(person=group_key(people.person_id))
    own = had.semi_join(number, "person").filter(had.age < REACH).select("item")
    named = names.select("name", had_id="item_id", item=group_key(names.item_id)).semi_join(own, "item")
    speak = links.filter(links.other_id.isin(items)).inner_join(named, links.item_id == named.had_id)
    rows = ws.warehouse.read(
        speak.select("other_id", "had_id", "name", "score").order_by("score", "had_id")
    ).to_pylist()
    return {row["other_id"]: (row["had_id"], row["name"]) for row in rows}


def _with_item(ws: Workspace, given: Wanted) -> list[Entry]:
    items, links = ws.warehouse.table("items"), ws.warehouse.table("item_links")
    if (
        not ws.warehouse.read(items.filter(items.item_id == given.item_id).count().as_table())
        .column(0)[0]
        .as_py()
    ):
        known = ws.warehouse.read(items.select("item_id").order_by("item_id").limit(5000))[
            "item_id"
        ].to_pylist()
        near = did_you_mean(given.item_id, known)
        raise RecommendError(
            "There is no item {item_id!r}.",
            '{near} All of them: quanyu sql "SELECT item_id, name FROM items"'
            if near
            else 'quanyu sql "SELECT item_id, name FROM items"',
            item_id=given.item_id,
            near=near,
        )  # fmt: skip
    own = links.filter(links.item_id == given.item_id, links.place <= given.n)
    own = own.select("place", "score", item_id="other_id")
    rows = ws.warehouse.read(_named(ws, own).order_by("place")).to_pylist()
    return [Entry(row["item_id"], row["name"], LINKED, row["score"], given.item_id) for row in rows]


def _popular(ws: Workspace, n: int) -> Iterator[Entry]:
    rows = ws.warehouse.table("popular_items")
    for row in ws.warehouse.read(_named(ws, rows).order_by("place")).to_pylist():
        yield Entry(row["item_id"], row["name"], POPULAR, None)


def _named(ws: Workspace, rows: Any) -> Any:
    """Return rows with the name of their item; items that went out of stock since are left out."""
    items, offer = ws.warehouse.table("items"), offered(ws)
    return rows.semi_join(offer, "item_id").left_join(items.select("item_id", "name"), "item_id")


RECOMMEND = Action(
    "recommend",
    "Say what is recommended to a person, or with an item, and why.",
    Wanted,
    Recommended,
    recommend,
    role="analyst",
    writes=False,
)
