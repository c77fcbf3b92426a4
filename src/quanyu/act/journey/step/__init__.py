"""Kinds of steps, one file each, found in this room."""

from quanyu.act.journey.step.step import NEXT, Node, Scene, kind_named, kinds, seconds

__all__ = ["NEXT", "Node", "Scene", "kind_named", "kinds", "seconds"]
