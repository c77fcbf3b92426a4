"""Did the forecast come true? Every fit is tested on time that it has not seen, and says so when it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from quanyu.solve.history import History, Values, expected, since_first
from quanyu.solve.holdout import agreement, by_level, by_tenth, miscalibration
from quanyu.solve.value import Estimate
from quanyu.text import Text

LEAST_LATE = 20
"""Purchases in the holdout below which nothing can be judged."""
MOST_OFF, MOST_UNEVEN = 1.25, 0.25
"""How far the whole, and the tenths on average, may lie from what was expected."""
NOBODY, CHANCE = 0.99, 1.353
"""P(alive) on average from which on nobody is told apart; gain in log-likelihood that leaving must bring (5 % at the edge)."""
TOP_LEVEL = 7
"""Buyers with this many repeat purchases or more are one band."""

TOO_YOUNG: Text = "There is not enough time or trade behind the data to test the forecast on a holdout."
TOO_MANY: Text = (
    "In the holdout buyers ordered {ratio:.2f} times as often as expected; up to {most:.2f} is accepted."
)
TOO_FEW: Text = "In the holdout buyers ordered only {ratio:.2f} times as often as expected; at least {least:.2f} is accepted."
UNEVEN: Text = "Tenths of buyers were off by {share:.0%} on average; up to {most:.0%} is accepted."
NO_BETTER: Text = (
    "The mean error per buyer is {error:.2f} orders; carrying on everybody's own rate has {naive:.2f}."
)
FORESEEN: Text = (
    "The holdout was most likely under it (log-likelihood {best:.1f}; next best {next}: {second:.1f})."
)
LIKELIEST: Text = "What was seen is most likely under it; there is no holdout to compare on."
SET: Text = "The settings ask for this model."
NOBODY_LEAVES: Text = (
    "Under the model hardly anybody leaves (P(alive) {alive:.1%} on average among repeat buyers; log-likelihood {found:.1f}, "
    "if nobody ever left {reference:.1f}): P(alive) tells nobody apart."
)
WITHDRAWN: Text = (
    "P(alive) is withdrawn: the model has everybody active, while {n} buyers have not ordered for more than {days} days and "
    "count as lost."
)


@dataclass(frozen=True)
class Rival:
    """A model fitted before the holdout, and the log-likelihood it then gave to the holdout."""

    name: str
    fitted: Estimate
    foreseen: float | None = None


@dataclass(frozen=True)
class Split:
    """What was known before the holdout, the purchases in it, and those histories that the models were fitted to."""

    early: History
    late: Values
    fitted: History


def chosen(rivals: Sequence[Rival]) -> Rival:
    """Return the model that foresaw the holdout best; without a holdout, the likeliest."""
    return max(
        rivals, key=lambda rival: rival.fitted.log_likelihood if rival.foreseen is None else rival.foreseen
    )


def check_holdout(
    best: Rival, rivals: Sequence[Rival], split: Split | None, length: tuple[int, float]
) -> dict[str, Any]:
    """Return the diagnostics of a choice: the rivals, why this one, how it did in the holdout, and the verdict.

    `fits` is True or False with the reasons, or None where nothing can be judged; reasons are sentences with
    places and the values for them. `length` is the holdout in days and in the time of the histories. `tracking` adds up by
    unit of that time the repeat purchases of those who were fitted to, from when the first of them came.
    """
    days, time = length
    told: dict[str, Any] = {
        "models": [
            {
                "model": rival.name,
                "log_likelihood": rival.fitted.log_likelihood,
                "holdout_log_likelihood": rival.foreseen,
            }
            for rival in rivals
        ],
        "why": _why(best, rivals),
    }
    if split is None:
        return told | {"fits": None, "reasons": [[TOO_YOUNG, {}]]}
    early, late = split.early, split.late
    forecast = _forecast(best.fitted, early, time)
    tested = agreement(forecast, late, early.weight)
    held = agreement(early.x / np.maximum(early.age, 1.0) * time, late, early.weight)
    tenths = by_tenth(forecast, late, early.weight)
    told["holdout"] = {
        "days": days,
        **asdict(tested),
        "ratio": tested.ratio,
        "correlation": _known(tested.correlation),
        "naive_error": held.mean_absolute_error,
        "naive_correlation": _known(held.correlation),
        "by_repeats": [
            asdict(band) for band in by_level(np.minimum(early.x, TOP_LEVEL), forecast, late, early.weight)
        ],
        "by_tenth": [asdict(band) for band in tenths],
        "covered": _covered(best.fitted, early, late, time),
    }
    told["tracking"] = _tracking(best.fitted, split.fitted, time)
    if tested.actual < LEAST_LATE:
        return told | {"fits": None, "reasons": [[TOO_YOUNG, {}]]}
    reasons: list[list[Any]] = []
    if not tested.ratio <= MOST_OFF:
        reasons.append([TOO_MANY, {"ratio": tested.ratio, "most": MOST_OFF}])
    if tested.ratio < 1 / MOST_OFF:
        reasons.append([TOO_FEW, {"ratio": tested.ratio, "least": 1 / MOST_OFF}])
    if miscalibration(tenths) > MOST_UNEVEN:
        reasons.append([UNEVEN, {"share": miscalibration(tenths), "most": MOST_UNEVEN}])
    if tested.mean_absolute_error >= held.mean_absolute_error:
        reasons.append([NO_BETTER, {"error": tested.mean_absolute_error, "naive": held.mean_absolute_error}])
    return told | {"fits": not reasons, "reasons": reasons}


def leaving(fitted: Estimate, cells: History, reference: float) -> list[list[Any]]:
    """Return the reason why P(alive) says nothing, if so: nobody leaves under the model, or it is no likelier than NBD.

    `reference` is the log-likelihood of NBD, which is each model at the edge of its parameters (a / b to 0, or s to 0): twice the gain
    is half a chi-square of one degree of freedom there (Self and Liang 1987).
    """
    again = cells.x > 0
    model = fitted.model(cells.groups)
    alive = model.p_alive(cells.x, cells.t_x, cells.age)[again]
    mean = float(np.average(alive, weights=cells.weight[again]))
    if mean < NOBODY and fitted.log_likelihood - reference > CHANCE:
        return []
    return [[NOBODY_LEAVES, {"alive": mean, "found": fitted.log_likelihood, "reference": reference}]]


def _why(best: Rival, rivals: Sequence[Rival]) -> list[Any]:
    if len(rivals) == 1:
        return [SET, {}]
    if best.foreseen is None:
        return [LIKELIEST, {}]
    second = chosen([rival for rival in rivals if rival is not best])
    return [FORESEEN, {"best": best.foreseen, "next": second.name, "second": second.foreseen}]


def _forecast(fitted: Estimate, cells: History, days: float) -> Values:
    return expected(fitted.model(cells.groups), (cells.x, cells.t_x, cells.age), days)


def _covered(fitted: Estimate, cells: History, late: Values, days: float) -> float:
    """Share of buyers whose purchases lay between the tenth and the ninetieth of a hundred, ends included."""
    model = fitted.model(cells.groups)
    rows, place = np.unique(np.stack([cells.x, cells.age, cells.groups]), axis=1, return_inverse=True)
    most = int(late.max(initial=0))
    upto = fitted.model(rows[2].astype(np.int64)).upto_if_alive(rows[0], rows[1], days, most)[place.ravel()]
    alive = model.p_alive(cells.x, cells.t_x, cells.age)
    at = late.astype(np.int64)
    here = 1 - alive + alive * upto[np.arange(len(at)), at]
    below = np.where(at > 0, 1 - alive + alive * upto[np.arange(len(at)), np.maximum(at - 1, 0)], 0.0)
    inside = (here >= 0.1) & (below < 0.9)
    return float(np.average(inside, weights=cells.weight))


def _tracking(fitted: Estimate, early: History, time: float) -> dict[str, Any]:
    """Expected repeat purchases by time since the first customer came, up to now."""
    oldest = float(early.age.max()) + time
    begun = oldest - time - early.age
    starts, place = np.unique(np.stack([begun, early.groups]), axis=1, return_inverse=True)
    n = np.bincount(place.ravel(), early.weight)
    ends = np.arange(0.0, np.floor(oldest) + 1)
    total = np.zeros(len(ends))
    for group in np.unique(starts[1]):
        in_group = starts[1] == group
        model = fitted.model(np.array([int(group)]))
        curve = np.concatenate([[0.0], since_first(_single(model), np.arange(1.0, oldest + 1))])
        since = np.clip(ends[None, :] - starts[0][in_group][:, None], 0, oldest)
        total += n[in_group] @ np.interp(since, np.arange(len(curve)), curve)
    return {"expected": np.round(total, 3), "time": oldest}


def _single(model: Any) -> Any:
    """The model of one group, with plain numbers for parameters."""
    return type(model)(*(float(np.ravel(getattr(model, name))[0]) for name in model.names))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
