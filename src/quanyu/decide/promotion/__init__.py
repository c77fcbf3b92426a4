"""Promotions: what a basket costs under all of them, exact to the 分, with a reason for each."""

from quanyu.decide.promotion.action import QUOTE, Quoted

__all__ = ["QUOTE", "Quoted"]
