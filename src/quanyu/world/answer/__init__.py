"""How simulated people answer messages, and the truth behind it."""

from quanyu.world.answer.answer import Answers, Sent, answers, leaning, recent
from quanyu.world.answer.habit import Habits

__all__ = ["Answers", "Habits", "Sent", "answers", "leaning", "recent"]
