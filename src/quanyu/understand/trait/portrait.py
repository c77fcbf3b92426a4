"""Portraits: one row per person with every trait, read off the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.part.step import Step
from quanyu.text import Sentence
from quanyu.understand.fact import attach
from quanyu.understand.trait.catalogue import TRAITS
from quanyu.understand.trait.custom import FILE, computable, read_traits
from quanyu.understand.trait.given import given_traits, with_given
from quanyu.understand.trait.region import city_tier
from quanyu.understand.trait.trait import Trait
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace


def traits(ws: Workspace) -> tuple[Trait, ...]:
    """Return every trait of a workspace: those that come with Quanyu, those of its traits.toml, and those that journeys give."""
    own = TRAITS + tuple(read_traits(ws)[0])
    return own + given_traits(ws, {trait.name for trait in own})


def portraits(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the table `portraits`: the loop step. A trait of one's own that cannot be computed is left out, with a note."""
    people = known_people(ws).mutate(as_of=ibis.literal(as_of))
    declared, unread = read_traits(ws)
    own, wrong = computable(ws, declared, people)
    given = given_traits(ws, {trait.name for trait in (*TRAITS, *own)})
    people, wanted = with_given(ws, people, given), (*TRAITS, *own, *given)
    rows = people.select("person_id", "as_of", *(trait.column(people) for trait in wanted))
    change = ws.warehouse.replace("portraits", rows, by="understand")
    notes = [Sentence("left out: {error}", error=error) for error in (*unread, *wrong)]
    return {"n_people": change.added, "n_traits": len(wanted), "notes": notes}


def known_people(ws: Workspace) -> ir.Table:
    """Return one row per person with everything that traits are made of; no name, phone or mail."""
    people, facts = ws.warehouse.table("people"), ws.warehouse.table("facts")
    spine = people.drop("name", "phone", "email").rename(home_region="region")
    spine = spine.mutate(person=group_key(spine.person_id))
    passed = sum(((facts.unit_price >= cut).cast("int64") for cut in _price_cuts(ws, facts)), ibis.literal(1))
    told = facts.mutate(person=group_key(facts.person_id), price_band=passed).drop("person_id", "as_of")
    # A city is given its tier once, not once per person.
    cities = people.select("city").distinct()
    tiers = cities.mutate(city_tier=city_tier(cities.city))
    return attach(attach(spine, told), tiers, "city").drop("person")


def _price_cuts(ws: Workspace, facts: ir.Table) -> list[float]:
    """Return the least mean unit price of the second to the fifth fifth of all buyers; equal prices share one."""
    prices = facts.select("unit_price").filter(facts.unit_price.notnull())
    n = int(ws.warehouse.read(prices.count()).column(0)[0].as_py())
    places = [n * fifth // 5 for fifth in range(1, 5)]
    ranked = prices.mutate(place=ibis.row_number().over(order_by=prices.unit_price))
    cuts = ws.warehouse.read(ranked.filter(ranked.place.isin(places))).to_pylist()
    price = {row["place"]: row["unit_price"] for row in cuts}
    return [price[place] for place in places] if n else []


STEP = Step(
    "portraits",
    "Describe every person by traits",
    ("people", "facts", "given_traits"),
    ("portraits",),
    portraits,
    files=(FILE,),
)
