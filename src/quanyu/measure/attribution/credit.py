"""Credits: what every model gives every channel of some paths, in whole cents that add up to what was sold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.attribution.path import Found
from quanyu.measure.touch import OUTCOMES, route
from quanyu.solve.array import Floats
from quanyu.solve.attribution import Model, Paths, apportion, markov, resample, tally
from quanyu.solve.attribution.game import shapley, shapley_ordered, shapley_rate
from quanyu.solve.attribution.rule import decay, first, last, linear, position
from quanyu.tables.settings import AttributionSettings
from quanyu.tables.view.credit import GAMES, UNATTRIBUTED

UNITS = 10_000
"""Orders are credited in parts of a ten-thousandth."""
MOST_GAME_KEYS = 14
"""The games of rates and orders are played up to so many channels: with more, a few people decide what they say."""
SLOW_STATES, FEW_RESAMPLES = 500, 40
"""Chains with more states than this are refitted less often."""


@dataclass(frozen=True)
class Table:
    """Paths as numbers: what each brought by outcome, how often it came to nothing, and the decayed shares."""

    paths: Paths
    names: list[str]
    outcomes: Floats
    nulls: Floats
    decayed: Floats

    @classmethod
    def of(cls, path_set: Found) -> Table:
        """Return the paths that have a touch, as numbers."""
        rows = path_set.rows.filter(pc.not_equal(path_set.rows["path"], ""))
        paths, names = route.parse(rows["path"])
        outcomes = np.stack([_floats(rows[name]) for name in OUTCOMES], axis=1)
        at = pc.index_in(path_set.decay["path"], rows["path"]).to_numpy()
        place = paths.starts[at] + path_set.decay["step"].to_numpy()
        decayed = np.zeros((len(paths.keys), len(OUTCOMES)))
        decayed[place] = np.stack([_floats(path_set.decay[name]) for name in OUTCOMES], axis=1)
        return cls(paths, names, outcomes, _floats(rows["n_nulls"]), decayed)


Build = Callable[[Table, AttributionSettings, np.random.Generator], Model]
BUILDERS: Mapping[str, Build] = MappingProxyType(
    {
        "last": lambda table, spec, random: last(table.paths),
        "first": lambda table, spec, random: first(table.paths),
        "linear": lambda table, spec, random: linear(table.paths),
        "time_decay": lambda table, spec, random: decay(table.paths, table.decayed),
        "position": lambda table, spec, random: position(table.paths, spec.ends),
        "markov": lambda table, spec, random: markov(table.paths, spec.order),
        "shapley": lambda table, spec, random: shapley(table.paths),
        "shapley_rate": lambda table, spec, random: shapley_rate(table.paths, random),
        "shapley_ordered": lambda table, spec, random: shapley_ordered(table.paths, random),
    }
)
"""How every model is made ready for some paths; all that is drawn comes from the generator that is handed in."""


def credits_of(path_set: Found, spec: AttributionSettings, seed: int) -> Iterator[dict[str, Any]]:
    """Yield one record per model and channel of some paths, the orders without a touch under `UNATTRIBUTED`.

    In each model the conversions add up to the orders of the paths, new buyers and money likewise, to the last unit.
    The same seed gives the same records.
    """
    table = Table.of(path_set)
    rest = _brought(path_set.rows.filter(pc.equal(path_set.rows["path"], "")))
    whole = _brought(path_set.rows.filter(pc.not_equal(path_set.rows["path"], "")))
    models = _models(table, spec, seed) if whole["n_conversions"] else {}
    counts = tally(table.paths.keys, (table.outcomes[:, 0] + table.nulls)[table.paths.path], len(table.names))
    drawn = _refitted(table, models, spec, seed)
    for number, (name, model) in enumerate(models.items()):
        values, error = _estimated(model, table)
        columns = _whole(values, whole)
        low, high = _bounds(values[:, 0], drawn[number], error, spec.confidence)
        for key, label in enumerate(table.names):
            yield {
                "model": name, "key": label, "low": float(low[key]), "high": float(high[key]),
                "n_contacts": round(counts[key]), "sampling_error": float(error[key]),
                **{column: amounts[key] for column, amounts in columns.items()},
            }  # fmt: skip
    for name in models or ("last",):
        yield {"model": name, "key": UNATTRIBUTED, "sampling_error": 0.0} | _as_credit(rest)


def _models(table: Table, spec: AttributionSettings, seed: int) -> dict[str, Model]:
    random = np.random.default_rng([seed, 1])
    is_small = len(table.names) <= MOST_GAME_KEYS
    wanted = [name for name in spec.models if is_small or name not in GAMES]
    return {name: BUILDERS[name](table, spec, random) for name in wanted}


def _refitted(table: Table, models: Mapping[str, Model], spec: AttributionSettings, seed: int) -> Floats:
    """Return the conversions that every model credits on resampled paths."""
    n_states = max((getattr(model, "n_states", 0) for model in models.values()), default=0)
    n = min(spec.n_resamples, FEW_RESAMPLES) if n_states > SLOW_STATES else spec.n_resamples
    counts = (table.outcomes[:, 0], table.nulls)
    return resample.refits(list(models.values()), table.paths, counts, np.random.default_rng([seed, 2]), n)


def _bounds(value: Floats, drawn: Floats, error: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return the interval of every channel: that of the refits, widened where the model itself is sampled."""
    low, high = resample.interval(drawn, confidence)
    sampled = NormalDist().inv_cdf((1 + confidence) / 2) * error
    down, up = (np.hypot(np.maximum(gap, 0), sampled) for gap in (value - low, high - value))
    return np.minimum(low, value - down), np.maximum(high, value + up)


def _estimated(model: Model, table: Table) -> tuple[Floats, Floats]:
    """Return credits by channel and outcome, and the sampling error of the conversions."""
    if hasattr(model, "estimate"):
        values, error = model.estimate(table.outcomes, table.nulls)
        return values, error[:, 0]
    return model.credit(table.outcomes, table.nulls), np.zeros(len(table.names))


def _whole(values: Floats, whole: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the columns of the credits in whole units that add up to what the paths brought."""
    orders, people, revenue, margin = (values[:, column] for column in range(len(OUTCOMES)))
    columns: dict[str, list[Any]] = {
        "conversions": [unit / UNITS for unit in apportion(orders, UNITS * whole["n_conversions"]).tolist()],
        "new_buyers": [unit / UNITS for unit in apportion(people, UNITS * whole["n_new_buyers"]).tolist()],
    }
    for name, column in (("revenue_amount", revenue), ("margin_amount", margin)):
        cents = int(whole[name].scaleb(2))
        columns[name] = [Decimal(cent).scaleb(-2) for cent in apportion(column, cents).tolist()]
    return columns


def _brought(rows: pa.Table) -> dict[str, Any]:
    zeros: dict[str, Any] = dict(zip(OUTCOMES, (0, 0, Decimal(0), Decimal(0)), strict=True))
    return {name: pc.sum(rows[name]).as_py() or zeros[name] for name in OUTCOMES}


def _as_credit(brought: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "conversions": float(brought["n_conversions"]),
        "new_buyers": float(brought["n_new_buyers"]),
        "revenue_amount": brought["revenue_amount"],
        "margin_amount": brought["margin_amount"],
    }


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
