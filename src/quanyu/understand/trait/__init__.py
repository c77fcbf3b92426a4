"""Portraits: every person by traits, those that come with Quanyu and those of one's own."""

from quanyu.understand.trait.bar_people import bar_people
from quanyu.understand.trait.life_cycle import LifeCycle
from quanyu.understand.trait.portrait import traits
from quanyu.understand.trait.profile import Bar, Distribution, Person, distribution, read_person
from quanyu.understand.trait.trait import FAMILIES, Trait

__all__ = [
    "FAMILIES",
    "Bar",
    "Distribution",
    "LifeCycle",
    "Person",
    "Trait",
    "bar_people",
    "distribution",
    "read_person",
    "traits",
]
