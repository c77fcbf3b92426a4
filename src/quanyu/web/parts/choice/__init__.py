"""Choices among a few values, of a period and of columns."""

from quanyu.web.parts.choice.columns import column_choice
from quanyu.web.parts.choice.option import dropdown, segments
from quanyu.web.parts.choice.period import DEFAULT, chosen_period, period_picker

__all__ = ["DEFAULT", "chosen_period", "column_choice", "dropdown", "period_picker", "segments"]
