"""The review of the shop as data: what the report shows, read from the tables of the other stages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from quanyu.plan.campaign import CampaignReview, campaigns, kept_truths
from quanyu.plan.credit import Credited, credited
from quanyu.plan.crowd import Distribution, Grid, Group, Identity, distributions, grid, groups, identity
from quanyu.plan.customer_value import CustomerValue, customer_value
from quanyu.plan.journey import JourneyReview, journeys
from quanyu.plan.outcome import Outcome, outcomes
from quanyu.plan.spend import SpendReview, spend_review
from quanyu.tables.metric.catalogue import metric
from quanyu.tables.metric.metric import Metric
from quanyu.tables.metric.period import Period, preset
from quanyu.tables.view.metric_view import Card, MetricView, Point, Slice, metric_view
from quanyu.text import Text
from quanyu.workspace import Workspace

CARDS = (
    "net_revenue", "gmv", "n_orders", "n_buyers", "aov_per_order", "aov_per_buyer", "refund_rate",
    "n_new_buyers", "margin_rate", "visitors", "pay_conversion_rate", "cost", "roas", "cac", "satisfaction",
)  # fmt: skip
YEARLY = ("net_revenue", "n_orders", "n_buyers", "repurchase_rate")
PLACES = ("channel", "region")


@dataclass(frozen=True)
class Place:
    """A row of the channel or region table: the slice and its values by metric."""

    slice: str
    values: dict[str, float | None]
    share: float
    change: float | None


@dataclass(frozen=True)
class Finding:
    """A check of quality that is not in order."""

    table: str
    column: str
    check: str
    n_rows: int
    n_bad: int
    severity: str


@dataclass(frozen=True)
class Review:
    """Everything the report shows. `period` is the period of the cards; `year` the 365 days before the
    as-of day."""

    name: str
    currency: str
    as_of: dt.date
    since: dt.date | None
    period: Period
    cards: tuple[Card, ...]
    yearly: tuple[Card, ...]
    days: tuple[Point, ...]
    days_before: tuple[Point, ...]
    months: tuple[Point, ...]
    months_new: tuple[Point, ...]
    months_old: tuple[Point, ...]
    dimension: str
    places: tuple[Place, ...]
    funnel: tuple[tuple[str, float], ...]
    groups: tuple[Group, ...]
    grid: Grid
    traits: tuple[Distribution, ...]
    identity: Identity
    findings: tuple[Finding, ...]
    rejects: tuple[tuple[str, int], ...]
    outcomes: tuple[Outcome, ...]
    campaigns: tuple[CampaignReview, ...]
    journeys: tuple[JourneyReview, ...]
    customer_value: CustomerValue | None
    spend: SpendReview | None
    credited: Credited | None
    sums: MetricView

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to report yet."""
        return self.since is None

    @property
    def has_warnings(self) -> bool:
        """Say whether a check is not in order; otherwise `findings` holds mere notes."""
        return any(finding.severity != "note" for finding in self.findings)

    @property
    def last_day(self) -> dt.date:
        """The last complete day."""
        return self.as_of - dt.timedelta(days=1)

    @property
    def alignment(self) -> Text:
        """How the year ago is aligned, as a key of its translation."""
        kinds: Mapping[str, Text] = {
            "weekday": "52 weeks back, so that weekdays match",
            "lunar": "aligned by Spring Festival",
        }
        return kinds.get(self.cards[0].alignment if self.cards else "", "same month")

    @property
    def without_data(self) -> tuple[Metric, ...]:
        """The metrics that have no card, because the period holds nothing to work them out from."""
        shown = {card.metric.name for card in self.cards}
        return tuple(metric(name) for name in CARDS if name not in shown)

    def in_month(self, age: str, on: dt.date) -> float:
        """Return the net revenue of new or old buyers in a month."""
        points = self.months_new if age == "new" else self.months_old
        return next((point.numerator for point in points if point.on == on), 0.0)

    def card(self, name: str) -> Card:
        """Return any metric in the report's period."""
        return self.sums.card(name, self.period)


def review(ws: Workspace) -> Review:
    """Return the review as of the day the metrics were computed for; of a simulated shop with the truths that it keeps."""
    truths = kept_truths(ws)
    table = ws.warehouse.table("metrics")
    grains = ("day", "month", "week", "last_7", "last_30", "last_365")
    sums = metric_view(
        ws.warehouse.read(table.filter(table.grain.isin(grains))), is_lunar=ws.settings.currency == "CNY"
    )
    as_of = _as_of(sums) or ws.today()
    since = sums.first("gmv")
    short = since is not None and (as_of - since).days < 45
    period, year = preset("last_7" if short else "last_30", as_of), preset("last_365", as_of)
    whole = Period("all", "", max(since, year.since) if since else year.since, as_of)
    dimension, places = _places(sums, period)
    return Review(
        name=ws.settings.name or ws.root.name,
        currency=ws.settings.currency,
        as_of=as_of,
        since=since,
        period=period,
        cards=_cards(sums, CARDS, period),
        yearly=_cards(sums, YEARLY, year),
        days=tuple(sums.series("net_revenue", "day", period)),
        days_before=_before(sums, period),
        months=tuple(sums.series("net_revenue", "month", whole)),
        months_new=tuple(sums.series("net_revenue", "month", whole, "new_old", "new")),
        months_old=tuple(sums.series("net_revenue", "month", whole, "new_old", "old")),
        dimension=dimension,
        places=places,
        funnel=_funnel(sums, period),
        groups=groups(ws),
        grid=grid(ws),
        traits=distributions(ws),
        identity=identity(ws),
        findings=_findings(ws),
        rejects=_rejects(ws),
        outcomes=outcomes(ws),
        campaigns=campaigns(ws, truths),
        journeys=journeys(ws, truths),
        customer_value=customer_value(ws),
        spend=spend_review(ws),
        credited=credited(ws),
        sums=sums,
    )


def _as_of(sums: MetricView) -> dt.date | None:
    newest = max((on for grain, on in sums.rows.get(("gmv", "all"), {}) if grain == "last_7"), default=None)
    return newest + dt.timedelta(days=7) if newest else None


def _cards(sums: MetricView, names: tuple[str, ...], period: Period) -> tuple[Card, ...]:
    made = [sums.card(name, period) for name in names]
    return tuple(card for card in made if card.value is not None)


def _before(sums: MetricView, period: Period) -> tuple[Point, ...]:
    before = period.previous()
    first = sums.first("net_revenue")
    is_covered = first is not None and first <= before.since
    return tuple(sums.series("net_revenue", "day", before)) if is_covered else ()


def _places(sums: MetricView, period: Period) -> tuple[str, tuple[Place, ...]]:
    """Take channels; where there is only one, regions say more."""
    for dimension in PLACES:
        parts = sums.breakdown("net_revenue", dimension, period)
        if len(parts) > 1 or dimension == PLACES[-1]:
            return dimension, tuple(_place(sums, period, dimension, part) for part in parts)
    return PLACES[0], ()


def _place(sums: MetricView, period: Period, dimension: str, part: Slice) -> Place:
    names = ("net_revenue", "n_orders", "n_buyers", "aov_per_order", "refund_rate")
    values = {name: sums.value(name, period, dimension, part.slice) for name in names}
    return Place(part.slice, values, part.share or 0.0, part.change)


def _funnel(sums: MetricView, period: Period) -> tuple[tuple[Text, float], ...]:
    visitors = sums.sums("visitors", period).get("all")
    if not visitors:
        return ()
    cart, bought = (sums.sums(name, period).get("all") for name in ("cart_rate", "pay_conversion_rate"))
    steps = (("Visited", visitors), ("Added to cart", cart), ("Bought", bought))
    return tuple((label, pair[0]) for label, pair in steps if pair)


def _findings(ws: Workspace) -> tuple[Finding, ...]:
    rows = ws.warehouse.table("findings")
    wanted = rows.filter(rows.severity.isin(["note", "warning", "stop"]))
    checks = ws.warehouse.read(
        wanted.select("table", "column", "check", "n_rows", "n_bad", "severity")
    ).to_pylist()
    order = {"stop": 0, "warning": 1, "note": 2}
    is_bad = any(row["severity"] != "note" for row in checks)
    made = [Finding(**row) for row in checks if not is_bad or row["severity"] != "note"]
    return tuple(
        sorted(
            made,
            key=lambda finding: (
                order[finding.severity],
                -(finding.n_bad or 0),
                finding.table,
                finding.column,
            ),
        )
    )


def _rejects(ws: Workspace) -> tuple[tuple[str, int], ...]:
    rows = ws.warehouse.table("rejects")
    counts = ws.warehouse.read(rows.group_by("reason").agg(n=rows.count())).to_pylist()
    return tuple(sorted(((row["reason"], row["n"]) for row in counts), key=lambda pair: (-pair[1], pair[0])))
