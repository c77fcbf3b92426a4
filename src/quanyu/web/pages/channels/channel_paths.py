"""How people came to their orders: flows from touch to touch, and the paths that brought most."""

from __future__ import annotations

from nicegui import ui

from quanyu import figure
from quanyu.measure.attribution import Flow, Flows, Route
from quanyu.tables.view.credit import REST
from quanyu.web.pages.labels import slice_label
from quanyu.web.parts.chart import Chart, chart
from quanyu.web.parts.plot import sankey
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.view import View

ORDER = "order"


def paths(view: View, flows: Flows) -> None:
    """Place the flows and the list of paths; nothing where no order follows a touch."""
    if not flows.n_orders:
        return
    with ui.element("div").classes("panels"):
        with ui.element("div").classes("w7"):
            _flows(view, flows)
        with ui.element("section").classes("panel w5"):
            _routes(view, flows)


def _flows(view: View, flows: Flows) -> None:
    deepest = max(flow.step for flow in flows.flows)
    nodes: dict[str, sankey.Node] = {}
    links: dict[tuple[str, str], float] = {}
    for link in sorted(flows.flows, key=lambda flow: -flow.step):
        source = _node(view, link.step, link.key, deepest)
        target = _node(view, link.step - 1, link.after or ORDER, deepest)
        nodes |= {source.name: source, target.name: target}
        links[source.name, target.name] = link.n_orders
    title = view.say("Paths to an order")
    sheet = Sheet(
        title,
        (Head(view.say("Touches before the order"), "count"), Head(view.say("From")), Head(view.say("To")),
         Head(view.say("Orders"), "count")),
        tuple((flow.step, _label(view, flow.key), _after(view, flow), flow.n_orders) for flow in flows.flows),
    )  # fmt: skip
    said = view.say(
        "From left to right: the touches before an order, at most the last {n}; the width is the number of orders.",
        n=deepest,
    )
    more = view.say(
        "{single} of these orders had one touch only, {longer} had more than are shown.",
        single=figure.percent(flows.single_share), longer=figure.percent(flows.longer_share),
    )  # fmt: skip
    note = view.say("{n} touches per order on average", n=f"{flows.mean_contacts:.2f}")
    option = sankey.flows(view, list(nodes.values()), links, "count")
    chart(view, Chart(sheet, option, (said, more), note, is_tall=True))


def _node(view: View, step: int, key: str, deepest: int) -> sankey.Node:
    label = view.say("Order") if key == ORDER else _label(view, key)
    return sankey.Node(f"{step} {key}", label, deepest - step, key)


def _after(view: View, flow: Flow) -> str:
    return _label(view, flow.after) if flow.after else view.say("Order")


def _routes(view: View, flows: Flows) -> None:
    heads = (
        Head(view.say("Path")), Head(view.say("Orders"), "count"), Head(view.say("Without an order"), "count"),
        Head(view.say("Conversion"), "ratio"), Head(view.say("Revenue"), "currency"),
    )  # fmt: skip
    rows = tuple(_row(view, route) for route in flows.routes)
    about = view.say("The paths that ended in most orders, and how often the same path did not end in one.")
    grid(view, Sheet(view.say("Most frequent paths"), heads, rows), about_it=about, is_short=True)


def _row(view: View, route: Route) -> tuple[str, int, int, float, float]:
    told = " → ".join(_label(view, key) for key in route.keys)
    return told, route.n_conversions, route.n_nulls, route.conversion_rate, route.revenue_amount


def _label(view: View, key: str) -> str:
    return view.say("Others") if key == REST else slice_label(view, key)
