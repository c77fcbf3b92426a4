"""What a basket costs: rules made ready once, a quote that is pure, and refunds that add up to what was paid."""

from quanyu.decide.promotion.engine.quote import LineQuote, Quote, Verdict, quote
from quanyu.decide.promotion.engine.refund import refund
from quanyu.decide.promotion.engine.rule_set import RuleSet

__all__ = ["LineQuote", "Quote", "RuleSet", "Verdict", "quote", "refund"]
