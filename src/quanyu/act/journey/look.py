"""Conditions asked of some people, not of everybody: what they did and are, as of a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import pyarrow as pa

from quanyu.rule import Asking, population
from quanyu.rule.tree import Node as Rule

if TYPE_CHECKING:
    from quanyu.act.journey.step.step import Scene

Look = Callable[[str], ir.Table]


def only(look: Look, people: ir.Table) -> Look:
    """Return how tables are had where nobody but some people exists."""
    return lambda name: (
        look(name).semi_join(people, "person_id") if "person_id" in look(name).columns else look(name)
    )


def asking(scene: Scene, people: ir.Table | None = None) -> Asking:
    """Return as of when and of whom conditions of a journey are asked: this very moment."""
    look = scene.look if people is None else only(scene.look, people)
    settings = scene.ws.settings
    return Asking(scene.at, settings.zone, scene.ws.secret, look, country=settings.home)


def holding(scene: Scene, rules: Mapping[str, Rule], people: pa.Table) -> ir.Table:
    """Return enrolment_id and, for each rule named, whether it holds of the person; who is not known meets none."""
    rows = scene.known(people.select(["enrolment_id", "person_id"]))
    told = population(rules, asking(scene, rows.select("person_id").distinct()))
    both = rows.left_join(told.table, "person_id")
    return both.select(
        "enrolment_id", **{name: both[cell].fill_null(False) for name, cell in told.cells.items()}
    )
