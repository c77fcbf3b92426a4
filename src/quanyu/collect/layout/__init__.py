"""Layouts: which columns of a platform's file fill which columns of which table, as data."""

from quanyu.collect.layout import catalogue
from quanyu.collect.layout.catalogue import layout_named, layouts
from quanyu.collect.layout.declare import parse_layout, read_layout
from quanyu.collect.layout.layout import Condition, Field, Layout, Target, normal
from quanyu.collect.layout.recognise import Match, captured, fits, lacking, reads, recognise, the_layout

__all__ = [
    "Condition",
    "Field",
    "Layout",
    "Match",
    "Target",
    "captured",
    "catalogue",
    "fits",
    "lacking",
    "layout_named",
    "layouts",
    "normal",
    "parse_layout",
    "read_layout",
    "reads",
    "recognise",
    "the_layout",
]
