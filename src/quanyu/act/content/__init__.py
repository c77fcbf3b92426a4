"""STUB"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import ibis

from quanyu.act.channel import Content


@dataclass(frozen=True)
class Note:
    channel: str
    variant: str
    severity: str
    text: str
    n_people: int = 0


Compose = Callable[[dict, int], Content]


def variables_of(content):
    return set(re.findall(r"\{\{ *([\w.]+)", content.text + content.html + content.subject))


def values_of(ws, rows, names):
    people = ws.warehouse.table("people").select("person_id", "name", "city")
    j = rows.left_join(people, "person_id").select("person_id", "name", "city")
    return j.select("person_id", **{n: j[n.split(".")[-1]] for n in names})


def composer(ws, content, campaign_no, channel, variant):
    def made(values, place):
        f = lambda t: re.sub(r"\{\{ *([\w.]+) *\}\}", lambda m: str(values[m[1]]), t)
        return replace(content, subject=f(content.subject), text=f(content.text), html=f(content.html))

    return made


def check_content(ws, contents, rows, category):
    return ()
