"""What moves the orders of a sales channel besides ads: trend, weekday, festivals, own campaigns."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.spline import spline
from quanyu.tables.festival import festival_days

Floats = NDArray[np.float64]
TREND_DAYS = 42
FESTIVAL_SCALE = 0.5
"""Beforehand, a festival moves a sales channel's logarithm by about so much more or less than the others'."""
CAMPAIGN_SCALE = 0.5
MOST_CAMPAIGNS = 20
LAGS = ((0, 1), (2, 3), (4, 7), (8, 14))
"""Days after a message over which its effect is taken to be level."""


def season(first: dt.date, n_days: int, sent: Floats, *, is_chinese: bool) -> tuple[Floats, Floats]:
    """Return columns (days, k) that move the logarithm of orders, and their ridge penalties (k,).

    A smooth trend with a knot every six weeks and weekdays are free; festival phases and the days after each of
    the 20 largest of one's own campaigns (`sent`: messages by campaign and day) are held towards 0.
    """
    days = [first + dt.timedelta(days=n) for n in range(n_days)]
    weekday = np.eye(7)[[day.weekday() for day in days]][:, 1:]
    free = np.hstack([spline(n_days, TREND_DAYS), weekday])
    festivals = _festivals(days, is_chinese=is_chinese)
    campaigns = _campaigns(sent)
    penalty = [
        np.zeros(free.shape[1]),
        np.full(festivals.shape[1], FESTIVAL_SCALE**-2),
        np.full(campaigns.shape[1], CAMPAIGN_SCALE**-2),
    ]
    return np.hstack([free, festivals, campaigns]), np.concatenate(penalty)


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
