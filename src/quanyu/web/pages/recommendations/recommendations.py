"""Recommendations: which way of choosing foresees best what people buy, what is popular, and what goes together."""

from __future__ import annotations

from nicegui import ui

from quanyu.decide.recommend import Offer, offer
from quanyu.decide.settings import RecommendSettings
from quanyu.tables.owned.offer import RECOMMENDERS_KNOWN, UNUSED
from quanyu.web.page import Page
from quanyu.web.parts.chart import Chart, chart
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, is_ready, lead
from quanyu.web.parts.plot import axes
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View


def recommendations(view: View) -> None:
    """Draw what is recommended."""
    if is_ready(view, "Recommendations", ("order_lines",), "recommenders"):
        fill(view, _offer, offer)


def _offer(view: View, told: Offer) -> None:
    head, chosen = tag("h1", view.say("Recommendations")), told.chosen
    if chosen is None:
        put(head, class_="head")
        empty(
            view,
            "No recommendation yet",
            "Once orders with their lines are loaded, a turn learns what goes together and chooses for everybody.",
            "quanyu load FILES",
            "quanyu run",
        )
        return
    put(head + span("muted", view.say("As of {day}", day=told.as_of)), class_="head")
    lead(_sentence(view, told))
    with ui.element("div").classes("panels"):
        if chosen["ndcg"] is not None:
            with ui.element("div").classes("w5"):
                _hits(view, told)
        with ui.element("section").classes("panel w7" if chosen["ndcg"] is not None else "panel w12"):
            _figures(view, told)
        with ui.element("section").classes("panel w5"):
            _popular(view, told)
        with ui.element("section").classes("panel w7"):
            _links(view, told)


def _sentence(view: View, told: Offer) -> str:
    chosen = told.chosen or {}
    if told.n_people:
        way = view.say(RECOMMENDERS_KNOWN[chosen["model"]])
        return view.say("{n} people have a list of their own; {way}.", n=f"{told.n_people:,}", way=way)
    why = UNUSED.get(chosen.get("reason") or "", "No list of their own foresees better what people buy")
    return view.say("Everybody is offered what is popular: {why}.", why=view.say(why))


def _hits(view: View, told: Offer) -> None:
    ways = [way for way in told.ways if way["hit_rate"] is not None]
    names = [view.say(RECOMMENDERS_KNOWN[way["model"]]) for way in ways]
    sheet = Sheet(
        view.say("Hit rate"),
        (Head(view.say("Way")), Head(view.say("Hit rate"), "ratio")),
        tuple((name, way["hit_rate"]) for name, way in zip(names, ways, strict=True)),
    )
    said = view.say(
        "Each learned from all but the last {n} days and was judged by what {m} people bought newly in them.",
        n=view.ws.settings.of(RecommendSettings).test_days,
        m=f"{ways[0]['n_people']:,}",
    )
    drawn = [axes.Line(view.say("Hit rate"), [way["hit_rate"] for way in ways])]
    chart(view, Chart(sheet, axes.bars(view, names, drawn, "ratio"), (said,)))


def _figures(view: View, told: Offer) -> None:
    heads = (
        Head(view.say("Way")), Head(view.say("Chosen"), "flag"), Head(view.say("Hit rate"), "ratio"), Head("NDCG@10", "number"),
        Head(view.say("Coverage"), "ratio"), Head(view.say("Novelty"), "number"), Head(view.say("Lean on popular items"), "number"),
        Head(view.say("Why not judged")),
    )  # fmt: skip
    rows = tuple(
        (
            view.say(RECOMMENDERS_KNOWN[way["model"]]), way["is_chosen"], way["hit_rate"], way["ndcg"], way["coverage"],
            way["novelty"], way["popularity"], view.say(UNUSED[way["reason"]]) if way["reason"] else "",
        )
        for way in told.ways
    )  # fmt: skip
    grid(view, Sheet(view.say("Ways of recommending"), heads, rows), is_short=True)


def _popular(view: View, told: Offer) -> None:
    heads = (Head(view.say("Item")), Head(view.say("Buyers"), "count"))
    rows = tuple((row["name"] or row["item_id"], row["n_people"]) for row in told.popular)
    grid(view, Sheet(view.say("Popular now"), heads, rows))


def _links(view: View, told: Offer) -> None:
    heads = (Head(view.say("Item")), Head(view.say("Goes with")), Head(view.say("People with both"), "count"))
    rows = tuple(
        (row["name"] or row["item_id"], row["other_name"] or row["other_id"], row["n_people"])
        for row in told.links
    )
    grid(view, Sheet(view.say("What goes with an item"), heads, rows))


PAGE = Page(
    "/recommendations",
    "Recommendations",
    recommendations,
    "Marketing",
    "Recommendations",
    "M12 3l2.6 5.6 6.1.7-4.5 4.2 1.2 6-5.4-3-5.4 3 1.2-6-4.5-4.2 6.1-.7z",
    4,
    roles=("analyst",),
)
