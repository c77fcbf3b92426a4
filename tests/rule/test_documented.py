"""Every rule that the documentation shows can be asked."""

from __future__ import annotations

import re
from pathlib import Path

import ibis

from quanyu.rule import Asking, document, from_document, parse, population
from quanyu.rule.verb import VERBS
from quanyu.tables import CONTRACTS
from quanyu.workspace import Workspace

TEXT = (Path(__file__).parents[2] / "docs" / "explanation" / "rules.md").read_text("utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ")]
SHOWN = [
    rule.replace("\\|", "|")
    for line in ROWS[1:]
    if not line.startswith("| `")
    for rule in re.findall(r"`([^`]+)`", line.split(" | ", 1)[1])
    if " " in rule or rule == "bought"
]
BLOCKS = [line for block in re.findall(r"```rule\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


def test_rules_of_the_documentation_are_found() -> None:
    assert len(SHOWN) > 35 and len(BLOCKS) == 2
    assert set(re.findall(r"`(\w+)(?: [A-Z]+)?`", " ".join(line.split(" | ")[0] for line in ROWS))) >= set(
        VERBS
    )


def test_every_rule_of_the_documentation_is_asked(embedded: Workspace) -> None:
    known = [*CONTRACTS["rfm"].schema, *CONTRACTS["lifetimes"].schema]
    traits = {"city": "string", "region": "string", "member_tier": "string", "last_order_on": "date"}
    assert not traits.keys() & set(known)
    columns = {name: ibis.null(kind) for name, kind in traits.items()}
    people = embedded.warehouse.table("people").select("person_id", as_of=ibis.date("2026-11-20"), **columns)
    embedded.warehouse.replace("portraits", people, by="understand")
    asking = Asking.of(embedded, embedded.today())
    rules = {f"r{n}": parse(rule) for n, rule in enumerate((*SHOWN, *BLOCKS))}
    assert embedded.warehouse.read(population(rules, asking).table).num_rows == 0
    assert all(from_document(document(tree)) == tree for tree in rules.values())
