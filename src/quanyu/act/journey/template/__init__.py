"""Journeys to begin with, declared in files: one each, with what it says in both languages."""

from quanyu.act.journey.template.action import TEMPLATES
from quanyu.act.journey.template.template import Template, template_named, templates

__all__ = ["TEMPLATES", "Template", "template_named", "templates"]
