"""What can be asked of templates."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.act.journey.template.template import Template, templates
from quanyu.part.action import Action


@dataclass(frozen=True)
class Everything:
    """Nothing is asked for: all templates are meant."""


TEMPLATES = Action(
    "list_journey_templates", "Show the journeys that there are to begin with.", Everything, list[Template],
    lambda ws, given, caller: list(templates()), role="analyst", writes=False,
)  # fmt: skip
