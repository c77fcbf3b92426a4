"""What moves the orders of a sales channel besides ads: trend, weekday, festivals, own campaigns."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.spline import spline
from quanyu.tables.festival import festival_days

Floats = NDArray[np.float64]
TREND_DAYS = 42
MOST_CAMPAIGNS = 20
LAGS = ((0, 1), (2, 4), (5, 14))
"""Days after a message over which the effect of all messages together is taken to be level."""
FADES = 0.65
"""Share of the effect of one campaign that is left on the next day, where it differs from the others."""


def season(
    first: dt.date, n_days: int, sent: Floats, *, is_chinese: bool
) -> tuple[Floats, NDArray[np.int64]]:
    """Return columns (days, k) that move the logarithm of orders, and the group of each (k,).

    A smooth trend with a knot every six weeks, weekdays, and the days after one's own messages, all campaigns
    together, are free (0). Festival phases (1), and what each of the 20 largest campaigns brought beyond the usual
    of its messages (2), are held towards 0 by as much as the data say.
    """
    days = [first + dt.timedelta(days=n) for n in range(n_days)]
    weekday = np.eye(7)[[day.weekday() for day in days]][:, 1:]
    parts = [
        np.hstack([spline(n_days, TREND_DAYS), weekday, _messages(sent)]),
        _festivals(days, is_chinese=is_chinese),
        _campaigns(sent),
    ]
    group = np.repeat(np.arange(len(parts)), [part.shape[1] for part in parts])
    return np.hstack(parts), group


def _festivals(days: list[dt.date], *, is_chinese: bool) -> Floats:
    place = {day: row for row, day in enumerate(days)}
    festivals = festival_days(days[0], days[-1], is_chinese=is_chinese)
    columns = np.zeros((len(days), len(festivals)))
    for column, covered in enumerate(festivals.values()):
        columns[[place[day] for day in covered], column] = 1.0
    return columns


def _messages(sent: Floats) -> Floats:
    """Return how many messages of all campaigns were sent so many days before, in units of the largest campaign."""
    if not sent.any():
        return np.zeros((sent.shape[1], 0))
    every = sent.sum(axis=0) / float(sent.sum(axis=1).max())
    return np.array([sum(_later(every, lag) for lag in range(low, high + 1)) for low, high in LAGS]).T


def _campaigns(sent: Floats) -> Floats:
    """Return for each of the largest campaigns its messages, fading by the day, in units of the largest campaign."""
    sizes = sent.sum(axis=1)
    order = [row for row in np.argsort(-sizes, kind="stable")[:MOST_CAMPAIGNS] if sizes[row] > 0]
    last = LAGS[-1][1]
    rows = [sum(FADES**lag * _later(sent[row], lag) for lag in range(last + 1)) for row in order]
    return np.array(rows).reshape(len(order), sent.shape[1]).T / max(float(sizes.max(initial=0.0)), 1.0)


def _later(values: Floats, lag: int) -> Floats:
    return np.concatenate([np.zeros(lag), values])[: len(values)]
