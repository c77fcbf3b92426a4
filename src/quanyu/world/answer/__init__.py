"""How simulated people answer messages, and the truth behind it."""

from quanyu.world.answer.answer import Sent, answers, leaning, recent
from quanyu.world.answer.habit import WINDOW_DAYS, Habits

__all__ = ["WINDOW_DAYS", "Habits", "Sent", "answers", "leaning", "recent"]
