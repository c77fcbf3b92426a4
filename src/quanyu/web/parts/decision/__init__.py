"""What is decided on a page: the buttons of a proposal, and the question before anything is done."""

from quanyu.web.parts.decision.question import Question, ask
from quanyu.web.parts.decision.verdict import verdict

__all__ = ["Question", "ask", "verdict"]
