"""Portraits: every person by traits, those that come with Quanyu and those of one's own."""

from quanyu.understand.trait import profile
from quanyu.understand.trait.bar_rule import bar_rule
from quanyu.understand.trait.life_cycle import LifeCycle
from quanyu.understand.trait.portrait import traits
from quanyu.understand.trait.trait import FAMILIES, Trait

__all__ = ["FAMILIES", "LifeCycle", "Trait", "bar_rule", "profile", "traits"]
