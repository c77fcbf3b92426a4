"""Values to look at a content with: those of people who were picked, or made up ones by the kind of each variable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from quanyu.act.content.value import Variable, values_of, variables
from quanyu.errors import ContentError
from quanyu.workspace import Workspace

NAMES = {"zh": "李雷", "en": "Mary Jones"}
ITEM = {"image": "https://shop.example/item.jpg", "url": "https://shop.example/item", "price": 99.0}


def sample_values(ws: Workspace, names: Iterable[str]) -> dict[str, Any]:
    """Return a value for each variable, such as a message might hold; a coupon has none yet."""
    known = {variable.name: variable for variable in variables(ws)}
    return {name: _sample(ws, known[name]) for name in names if name in known}


def values_for(ws: Workspace, person_ids: Sequence[str], names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the values of variables of people by person_id; raise `ContentError` for whom nobody knows."""
    people = ws.warehouse.table("people").select("person_id")
    chosen = people.filter(people.person_id.isin(list(person_ids)))
    rows = ws.warehouse.read(values_of(ws, chosen, names)).to_pylist()
    found = {row.pop("person_id"): row for row in rows}
    for person_id in person_ids:
        if person_id not in found:
            raise ContentError(
                "There is no person {person!r}.",
                "See who is who with: quanyu people explain ID.",
                person=person_id,
            )
    return found


def _sample(ws: Workspace, variable: Variable) -> Any:
    language = ws.settings.speech
    label = variable.said(language)
    made: dict[str, Any] = {
        "person.name": NAMES[language],
        "person.sex": "female",
        "shop.name": ws.settings.name or None,
        "coupon.code": None,
        "today": ws.today(),
    }
    if variable.name in made:
        return made[variable.name]
    of_kind: dict[str, Any] = {
        "integer": 3,
        "number": 3.5,
        "money": 99.0,
        "flag": True,
        "day": ws.today(),
        "time": ws.now().replace(microsecond=0),
        "list": [{"name": f"{label[:6]} {n}", **ITEM} for n in (1, 2, 3)],
    }
    value = of_kind.get(variable.kind, label)
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value
