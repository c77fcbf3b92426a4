"""Robots in groups of the shop's own staff."""
