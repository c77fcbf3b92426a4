"""Promotions: what a basket costs under all of them, exact to the 分, with a reason for each."""
