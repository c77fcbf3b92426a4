"""Where cities lie: how far they are from each other, and the names of those within a distance."""

from quanyu.rule.place.circle import Circle, circle, known_names
from quanyu.rule.place.gazetteer import centre
from quanyu.rule.place.great_circle import distance

__all__ = ["Circle", "centre", "circle", "distance", "known_names"]
