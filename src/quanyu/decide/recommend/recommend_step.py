"""The loop step `recommendations`: what is best for everybody, what goes with each item, and how far that can be believed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import ibis
import pyarrow as pa

from quanyu.decide.recommend.choice import POPULAR, Choice, choice
from quanyu.decide.recommend.history import Span, history, pairs
from quanyu.decide.recommend.learned import Learned, learned, told
from quanyu.decide.recommend.lists import item_links, offered, popular_items, recommendations
from quanyu.decide.settings import RecommendSettings
from quanyu.ledger import keep_fit
from quanyu.method import Fit
from quanyu.method.scratch import Scratch
from quanyu.part.step import Step
from quanyu.solve.recommend import WAYS
from quanyu.tables import contract
from quanyu.workspace import Workspace

READS = ("orders", "order_lines", "events", "items", "identities", "people")
WRITES = ("recommendations", "item_links", "popular_items", "recommenders")
NEAR = "together"
"""The way by which items are said to go with an item."""


def recommend_all(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write what is recommended to everybody, with each item and to all, and the figures of every way: the loop step."""
    if not (ws.warehouse.count("order_lines") and ws.warehouse.count("items")):
        for name in WRITES:
            ws.warehouse.replace(name, contract(name).schema.to_pyarrow().empty_table(), by="decide")
        return {"skipped": "no item was bought yet"}
    given = ws.settings.of(RecommendSettings)
    span = Span.before(ws, as_of, given.days)
    with Scratch(ws) as scratch:
        chosen = choice(ws, as_of, scratch)
        had, offer = scratch.keep(history(ws, span)), scratch.keep(offered(ws))
        known = learned(ws.warehouse.read, had)
        near = scratch.known(told(WAYS[NEAR].make(known.counts, given.n_neighbours), known.items))
        written = {
            "popular_items": popular_items(ws, Span.before(ws, as_of, given.test_days), offer),
            "item_links": item_links(ws, near, pairs(had), offer),
        }
        if chosen.model != POPULAR:
            links = WAYS[chosen.model].make(known.counts, given.n_neighbours)
            said = near if chosen.model == NEAR else scratch.known(told(links, known.items))
            lists = recommendations(ws, had, said, links.decay, offer=offer, span=span)
            written["recommendations"] = lists.mutate(model=ibis.literal(chosen.model))
        else:
            ws.warehouse.replace(
                "recommendations", contract("recommendations").schema.to_pyarrow().empty_table(), by="decide"
            )
        for name, rows in written.items():
            ws.warehouse.replace(name, rows.mutate(as_of=as_of), by="decide")
    fitted = _fit(ws, chosen, known, as_of)
    fit_id = keep_fit(ws.ledger, fitted.kept(ws.now()))
    records = [record | {"as_of": as_of, "fit_id": fit_id} for record in _figures(chosen)]
    schema = contract("recommenders").schema.to_pyarrow()
    ws.warehouse.replace("recommenders", pa.Table.from_pylist(records, schema), by="decide")
    return {"model": chosen.model, "n_rows": ws.warehouse.count("recommendations"), "fit_id": fit_id}


def _fit(ws: Workspace, chosen: Choice, known: Learned, as_of: dt.date) -> Fit:
    given = ws.settings.of(RecommendSettings)
    figures = {
        name: {key: round(value, 12) for key, value in told.items()} for name, told in chosen.figures.items()
    }
    return Fit(
        "Recommend",
        given.model_dump(mode="json"),
        {
            "model": chosen.model,
            "figures": figures,
            "n_items": len(known.items),
            "n_pairs": known.counts.both.nnz,
        },
        (as_of - dt.timedelta(days=given.days), as_of - dt.timedelta(days=1)),
        {name: ws.warehouse.version(name) for name in READS},
    )


def _figures(chosen: Choice) -> Iterator[dict[str, Any]]:
    """Yield a record of each way: its figures, or why it has none."""
    for name in (POPULAR, *WAYS):
        figures = {**chosen.figures.get(name, {})}
        n_people = int(figures.pop("n_people", 0))
        reason = chosen.reasons.get(name, "")
        yield {
            "model": name,
            "is_chosen": name == chosen.model,
            "reason": reason,
            "n_people": n_people,
            **figures,
        }


STEP = Step(
    "recommendations",
    "Choose what to recommend to everybody",
    READS,
    WRITES,
    recommend_all,
    ("recommend",),
)
