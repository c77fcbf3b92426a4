"""Which way of recommending foresees best what people buy: each learns from all but the last days, and those judge it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.decide.recommend.history import Span, history, purchases
from quanyu.decide.recommend.learned import Learned, Numbers, learned
from quanyu.decide.settings import RecommendSettings
from quanyu.method.scratch import Scratch
from quanyu.solve.recommend import WAYS, judged, popular, ranked
from quanyu.workspace import Workspace

FOREMOST = 10
MOST_PEOPLE = 20_000
"""People whose purchases judge; more would tell little more."""
FEWEST_PEOPLE = 30
POPULAR = "popular"
UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}


@dataclass(frozen=True)
class Choice:
    """The way that is chosen, the figures of each that was judged, and why others were not."""

    model: str
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


def choice(ws: Workspace, as_of: dt.date, scratch: Scratch) -> Choice:
    """Judge every way by the share and place of what people bought newly in the last days among the foremost; the best is chosen.

    Without enough people to judge by, what is popular is recommended to everybody.
    """
    given, limit = ws.settings.of(RecommendSettings), memory_limit(ws)
    first = as_of - dt.timedelta(days=given.test_days)
    had = scratch.keep(history(ws, Span.before(ws, first, given.days)))
    known = learned(ws.warehouse.read, had)
    told = _told(ws, scratch, known, had, as_of)
    if told.n_people < FEWEST_PEOPLE:
        return Choice(POPULAR, reasons=dict.fromkeys((POPULAR, *WAYS), "too_few_people"))
    n_had = known.counts.both.diagonal()
    lists = {POPULAR: popular(told.person, told.item, n_had, FOREMOST)}
    reasons = {}
    for name, way in WAYS.items():
        n_items = len(known.items)
        if (way.bytes_of(n_items) and n_items > given.most_weighed) or way.bytes_of(n_items) > limit:
            reasons[name] = "too_large"
            continue
        lists[name] = ranked(told.person, told.item, way.make(known.counts, given.n_neighbours), FOREMOST)
    figures = {name: judged(each, told.taken, n_had, n=FOREMOST) for name, each in lists.items()}
    best = max(figures, key=lambda name: figures[name]["ndcg"])
    return Choice(best, figures, reasons)


def memory_limit(ws: Workspace) -> int:
    """Return how many bytes of memory a step of the workspace may take."""
    words = ws.settings.memory_limit.upper().replace("I", "")
    number = words.rstrip("KMGTB ")
    return round(float(number) * UNITS[words[len(number) :].strip()])


@dataclass(frozen=True)
class _Told:
    """Histories of the people who judge, numbered from 0, oldest item first, and what each took later."""

    person: Numbers
    item: Numbers
    taken: tuple[Numbers, Numbers]
    n_people: int


def _told(ws: Workspace, scratch: Scratch, known: Learned, had: ir.Table, as_of: dt.date) -> _Told:
    given = ws.settings.of(RecommendSettings)
    bought = purchases(ws, Span.before(ws, as_of, given.test_days)).select("person", "item").distinct()
    first = as_of - dt.timedelta(days=given.test_days)
    earlier = purchases(ws, Span.before(ws, first, given.days))
    new = scratch.keep(
        bought.anti_join(had, ["person", "item"])
        .anti_join(earlier, ["person", "item"])
        .semi_join(had, "person")
    )
    people = new.select("person").distinct().order_by("person").limit(MOST_PEOPLE)
    before = ws.warehouse.read(had.semi_join(people, "person").select("person", "item", "age"))
    after = ws.warehouse.read(new.semi_join(people, "person").select("person", "item"))
    numbers = np.unique(_numbers(after, "person"))
    person, item = (
        np.searchsorted(numbers, _numbers(before, "person")),
        known.places(_numbers(before, "item")),
    )
    order = np.lexsort((-_numbers(before, "age"), person))
    who, what = np.searchsorted(numbers, _numbers(after, "person")), known.places(_numbers(after, "item"))
    is_known = what >= 0
    return _Told(person[order], item[order], (who[is_known], what[is_known]), len(np.unique(who[is_known])))


def _numbers(rows: pa.Table, name: str) -> Any:
    return rows[name].to_numpy()
