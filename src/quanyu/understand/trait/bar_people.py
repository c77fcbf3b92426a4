"""Who is behind a bar: the people with one value, or one range of values, of a trait."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from quanyu.errors import ColumnError
from quanyu.understand.trait.profile import Bar
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class BarPerson:
    """One person with a value of a trait."""

    person_id: str
    value: str
    region: str | None
    member_tier: str | None


def bar_people(
    ws: Workspace, trait: str, bar: Bar, outer: tuple[bool, bool] = (False, False), limit: int = 200
) -> list[BarPerson]:
    """Return people whose trait lies in a bar of its distribution, by id.

    `outer` says whether the bar is the first or the last: those take everything below or above them.
    """
    portraits = ws.warehouse.table("portraits")
    if trait not in portraits.columns:
        raise ColumnError(
            "There is no trait {trait!r} in the portraits.", "Run quanyu run --only portraits.", trait=trait
        )
    value = portraits[trait]
    if bar.low is None or bar.high is None:
        claim = value.cast("string") == bar.label
    else:
        number = value.cast("float64")
        above = ibis.literal(True) if outer[0] else number >= bar.low
        claim = number.notnull() & above & (ibis.literal(True) if outer[1] else number < bar.high)
    people = ws.warehouse.table("people").select("person_id", "region", "member_tier")
    chosen = portraits.filter(claim).select("person_id", value=value.cast("string"))
    first = chosen.order_by("person_id").limit(limit).left_join(people, "person_id")
    rows = first.select("person_id", "value", "region", "member_tier").order_by("person_id")
    return [BarPerson(**row) for row in ws.warehouse.read(rows).to_pylist()]
