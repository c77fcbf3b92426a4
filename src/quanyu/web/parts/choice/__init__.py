"""Choices among a few values and of a period; each choice is an address."""

from quanyu.web.parts.choice.option import dropdown, segments
from quanyu.web.parts.choice.period import DEFAULT, chosen_period, period_picker

__all__ = ["DEFAULT", "chosen_period", "dropdown", "period_picker", "segments"]
