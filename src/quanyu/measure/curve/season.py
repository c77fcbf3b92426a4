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
FREE_SHARE = 0.1
LAGS = ((0, 0), (1, 1), (2, 2), (3, 4), (5, 7), (8, 14))
"""Days after a message over which its effect is taken to be level."""


def season(
    first: dt.date, n_days: int, sent: Floats, *, is_chinese: bool
) -> tuple[Floats, NDArray[np.int64]]:
    """Return columns (days, k) that move the logarithm of orders, and the group of each (k,).

    A smooth trend with a knot every six weeks, weekdays, and the days after the largest of one's own campaigns
    (`sent`: messages by campaign and day) are free (0), as far as they take a tenth of the days at most. Festival
    phases (1) and further campaigns (2 ...), 20 in all, are held towards 0.
    """
    days = [first + dt.timedelta(days=n) for n in range(n_days)]
    weekday = np.eye(7)[[day.weekday() for day in days]][:, 1:]
    free = np.hstack([spline(n_days, TREND_DAYS), weekday])
    festivals = _festivals(days, is_chinese=is_chinese)
    campaigns = _campaigns(sent)
    number = np.arange(campaigns.shape[1]) // len(LAGS)
    n_free = int(FREE_SHARE * n_days) // len(LAGS)
    held = np.where(number < n_free, 0, 2 + number)
    group = np.concatenate([np.repeat([0, 1], [free.shape[1], festivals.shape[1]]), held])
    return np.hstack([free, festivals, campaigns]), group


def _festivals(days: list[dt.date], *, is_chinese: bool) -> Floats:
    place = {day: row for row, day in enumerate(days)}
    found = festival_days(days[0], days[-1], is_chinese=is_chinese)
    columns = np.zeros((len(days), len(found)))
    for column, covered in enumerate(found.values()):
        columns[[place[day] for day in covered], column] = 1.0
    return columns


def _campaigns(sent: Floats) -> Floats:
    """Return for each of the largest campaigns how many of its messages were sent so many days before, as shares."""
    n_days = sent.shape[1]
    order = np.argsort(-sent.sum(axis=1), kind="stable")[:MOST_CAMPAIGNS]
    columns = []
    for row in sent[order]:
        share = row / max(float(row.sum()), 1.0)
        for low, high in LAGS:
            shifted = [np.concatenate([np.zeros(lag), share[: n_days - lag]]) for lag in range(low, high + 1)]
            columns.append(np.sum(shifted, axis=0))
    return np.array(columns).T if columns else np.zeros((n_days, 0))
