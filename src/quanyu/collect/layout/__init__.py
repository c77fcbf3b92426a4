"""Layouts: which columns of a platform's file fill which columns of which table, as data."""

from quanyu.collect.layout import catalogue, declare, recognise
from quanyu.collect.layout.layout import Field, Layout, Target

__all__ = ["Field", "Layout", "Target", "catalogue", "declare", "recognise"]
