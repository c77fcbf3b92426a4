"""`quanyu journey templates` and `new`: journeys to begin with."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from quanyu.act.journey.template import template_named, templates
from quanyu.cli.screen import JsonOption, as_json, table
from quanyu.cli.speech import language, say


def list_templates(json: JsonOption = False) -> None:
    """List the templates."""
    rows = [(one.name, one.title[language()], one.about[language()]) for one in templates()]
    if json:
        as_json([dict(zip(("name", "title", "about"), row, strict=True)) for row in rows])
    else:
        table("", [say(head) for head in ("Name", "Title", "What it is for")], rows)


def new(name: Annotated[str, typer.Argument(help=say("Name of the template."))]) -> None:
    """Print a template as a file."""
    sys.stdout.write(template_named(name).text(language()))
