"""Days that are known ahead: dates, festivals, days of each person and their returns."""

from quanyu.act.journey.day.day import SORTS, day_due, day_read, day_ready, named_days, whose_day

__all__ = ["SORTS", "day_due", "day_read", "day_ready", "named_days", "whose_day"]
