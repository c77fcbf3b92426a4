"""What screens ask about recommendations: how each way did, what is popular, what goes together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quanyu.tables.owned.offer import RECOMMENDERS_KNOWN
from quanyu.workspace import Workspace

MOST_LINKS = 500


@dataclass(frozen=True)
class Offer:
    """How things stand: a record of each way (as in `recommenders`), people with a list, popular items, and the firmest links."""

    as_of: dt.date | None
    ways: Sequence[Mapping[str, Any]]
    n_people: int
    popular: Sequence[Mapping[str, Any]]
    links: Sequence[Mapping[str, Any]]

    @property
    def chosen(self) -> Mapping[str, Any] | None:
        """The record of the way that is chosen, None before the first turn."""
        return next((way for way in self.ways if way["is_chosen"]), None)


def offer(ws: Workspace) -> Offer:
    """Return how recommendations stand."""
    ways, lists = ws.warehouse.table("recommenders"), ws.warehouse.table("recommendations")
    popular, links, items = (ws.warehouse.table(name) for name in ("popular_items", "item_links", "items"))
    names = items.select("item_id", "name")
    named = (
        popular.left_join(names, "item_id").select("place", "item_id", "name", "n_people").order_by("place")
    )
    other = names.rename(other_id="item_id", other_name="name")
    firm = links.filter(links.place == 1).left_join(names, "item_id").left_join(other, "other_id")
    firm = firm.select("item_id", "name", "other_id", "other_name", "score", "n_people")
    ordered = firm.order_by(firm.score.desc(), "item_id").limit(MOST_LINKS)
    records = {row["model"]: row for row in ws.warehouse.read(ways).to_pylist()}
    told = [records[name] for name in RECOMMENDERS_KNOWN if name in records]
    return Offer(
        told[0]["as_of"] if told else None,
        told,
        ws.warehouse.read(lists.person_id.nunique().as_table()).column(0)[0].as_py(),
        ws.warehouse.read(named).to_pylist(),
        ws.warehouse.read(ordered).to_pylist(),
    )
