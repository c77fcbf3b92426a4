"""`quanyu recommend`: what is recommended to somebody, or with an item, and why."""

from __future__ import annotations

import dataclasses
import getpass
from typing import Annotated

import typer

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import out, say
from quanyu.collect.identity import correction
from quanyu.decide.recommend import RECOMMEND, Entry, Recommended
from quanyu.part.action import Caller, perform
from quanyu.tables.owned.offer import SOURCES


def recommend(
    person: Annotated[str, typer.Argument(help=say("Person, or an identifier of theirs."))] = "",
    item: Annotated[str, typer.Option(help=say("Item with which others go."))] = "",
    n: Annotated[int, typer.Option(min=1, max=100, help=say("How many items."))] = 10,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say what is recommended to a person, or with an item, and why."""
    with workspace(root) as ws:
        person_id = correction.find_person(ws, person) if person else ""
        wanted = {"person_id": person_id, "item_id": item, "n": n}
        told: Recommended = perform(ws, RECOMMEND, wanted, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(told))
        return
    if told.entries:
        table("", [say("Item"), say("Name"), say("Why")], [_row(entry) for entry in told.entries])
    else:
        out.print(say("Nothing was bought yet that could be recommended. Next: quanyu run"), highlight=False)
    if told.fallback:
        out.print(say(told.fallback), highlight=False)


def _row(entry: Entry) -> tuple[str, str, str]:
    why = say(SOURCES[entry.source])
    if entry.because_id:
        why = say("Goes with {item}", item=entry.because or entry.because_id)
    return entry.item_id, entry.name or "", why
