"""How paths run: from contact to contact to an order, as flows between steps; and the paths that brought most orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from quanyu.measure.touch import route
from quanyu.solve.array import Floats
from quanyu.solve.attribution import tally
from quanyu.tables.view.credit import REST
from quanyu.workspace import Workspace

STEPS, MOST_KEYS, MOST_PATHS = 4, 8, 50


@dataclass(frozen=True)
class Flow:
    """Orders that went from one contact to the next: `step` 1 is the last contact before the order, 2 the one before.

    `after` is None where the order itself follows.
    """

    step: int
    key: str
    after: str | None
    n_orders: float


@dataclass(frozen=True)
class Route:
    """One path: how often it ended in an order, how often it did not, and what it brought."""

    keys: tuple[str, ...]
    n_conversions: int
    n_nulls: int
    revenue_amount: float

    @property
    def conversion_rate(self) -> float:
        """Orders per time that the path was taken."""
        return self.n_conversions / (self.n_conversions + self.n_nulls)


@dataclass(frozen=True)
class Flows:
    """The flows of a window, the most frequent paths, and how many orders and paths they are part of.

    `longer_share` is the share of orders whose path is longer than the steps that are shown.
    """

    flows: tuple[Flow, ...]
    routes: tuple[Route, ...]
    n_orders: int
    n_paths: int
    mean_contacts: float
    single_share: float
    longer_share: float


def flows(ws: Workspace, window: str = "30d") -> Flows:
    """Return how the paths of a window ran at the level of channels, counted over orders."""
    rows = ws.warehouse.table("paths")
    wanted = rows.filter(rows.level == "channel", rows.window == window, rows.path != "")
    converted = ws.warehouse.read(
        wanted.filter(wanted.n_conversions > 0).select(
            "path", "n_contacts", "n_conversions", "n_nulls", "revenue_amount"
        )
    )
    if not converted.num_rows:
        return Flows(
            flows=(), routes=(), n_orders=0, n_paths=0, mean_contacts=0.0, single_share=0.0, longer_share=0.0
        )
    n = converted["n_conversions"].to_numpy().astype(np.float64)
    length = converted["n_contacts"].to_numpy()
    return Flows(
        flows=_flows(converted["path"], n),
        routes=_routes(converted),
        n_orders=int(n.sum()),
        n_paths=converted.num_rows,
        mean_contacts=float(np.average(length, weights=n)),
        single_share=float(n[length == 1].sum() / n.sum()),
        longer_share=float(n[length > STEPS].sum() / n.sum()),
    )


def _flows(texts: pa.ChunkedArray, n: Floats) -> tuple[Flow, ...]:
    paths, names = route.parse(texts)
    size = tally(paths.keys, n[paths.path], len(names))
    shown = set(np.argsort(-size, kind="stable")[:MOST_KEYS].tolist())
    labels = [name if place in shown else REST for place, name in enumerate(names)]
    step = paths.starts[1:][paths.path] - np.arange(len(paths.keys))
    sums: dict[tuple[int, str, str | None], float] = {}
    for number in range(1, STEPS + 1):
        at = np.flatnonzero(step == number)
        after = paths.keys[np.minimum(at + 1, len(paths.keys) - 1)] if number > 1 else np.full(len(at), -1)
        code = paths.keys[at] * (len(names) + 1) + after + 1
        kinds, place = np.unique(code, return_inverse=True)
        for kind, total in zip(
            kinds.tolist(), tally(place.reshape(-1), n[paths.path[at]], len(kinds)).tolist(), strict=True
        ):
            key, follows = divmod(kind, len(names) + 1)
            where = (number, labels[key], labels[follows - 1] if follows else None)
            sums[where] = sums.get(where, 0.0) + total
    return tuple(
        Flow(*where, total) for where, total in sorted(sums.items(), key=lambda pair: (pair[0][0], -pair[1]))
    )


def _routes(converted: pa.Table) -> tuple[Route, ...]:
    order = [("n_conversions", "descending"), ("path", "ascending")]
    return tuple(_route(row) for row in converted.sort_by(order)[:MOST_PATHS].to_pylist())


def _route(row: Mapping[str, object]) -> Route:
    keys = tuple(str(row["path"]).split(route.JOIN))
    return Route(
        keys, int(str(row["n_conversions"])), int(str(row["n_nulls"])), float(str(row["revenue_amount"]))
    )
