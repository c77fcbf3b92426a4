"""What the stage understand can be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from quanyu.settings.section import Section


class RfmSettings(Section, name="rfm"):
    """How RFM is cut and what money it counts."""

    window_days: int | None = Field(default=None, ge=1)
    """Days before the as-of day that count; nothing: all."""
    cut: Literal["mean", "median", "quantile", "fixed"] = "median"
    """Where an axis turns high."""
    quantiles: int = Field(default=5, ge=2, le=10)
    """Number of scores per axis."""
    fixed: tuple[float, float, float] = (10.0, 3.0, 200.0)
    """Days, orders and money from which an axis is high, with `cut = "fixed"`."""
    money: Literal["sum", "average"] = "sum"
    """What M is: all that was spent, or the average per order."""
    basis: Literal["net", "gross"] = "net"
    """Money after refunds and returns, or before."""


class LifetimeSettings(Section, name="lifetime"):
    """How far ahead customers are valued, and how the forecast is fitted and tested."""

    horizon_days: int = Field(default=365, ge=1, le=3650)
    """Days ahead that are forecast."""
    discount_rate: float = Field(default=0.1, ge=0, le=10)
    """Yearly rate at which later money counts less."""
    model: Literal["auto", "bg_nbd", "mbg_nbd", "pareto_nbd"] = "auto"
    """The model of buying; `auto` takes the one that foresaw the holdout best."""
    holdout_days: int | None = Field(default=None, ge=0)
    """Last days kept back to test the forecast; nothing: a third of the days of trade, at most the horizon."""
    warm_up_days: int | None = Field(default=None, ge=0)
    """Buyers first seen in so many days from where the data begin are not fitted to; nothing: a tenth, at most 90."""
    by: Literal["", "first_channel", "first_category"] = ""
    """Groups that may buy faster and leave sooner; nothing: one group."""
    margin_rate: float | None = Field(default=None, gt=0, le=1)
    """Margin as a share of the net amount where orders do not say it; nothing: the net amount itself is counted."""
