"""Answers that were given to programs, so that whoever asks twice with one key gets one answer."""

from quanyu.ledger.answer.answer import KeptAnswer, begin_answer, forget_answer, keep_answer

__all__ = ["KeptAnswer", "begin_answer", "forget_answer", "keep_answer"]
