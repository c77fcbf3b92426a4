"""How far segments hold the same people."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Overlap:
    """Two segments: how many people are in the first, in the second, and in both.

    >>> Overlap("vip", "at risk", 40, 100, 10).share, Overlap("vip", "at risk", 40, 100, 10).jaccard
    (0.25, 0.07692307692307693)
    """

    first: str
    second: str
    n_first: int
    n_second: int
    n_both: int

    @property
    def share(self) -> float:
        """The share of the first segment that is in the second."""
        return self.n_both / self.n_first if self.n_first else 0.0

    @property
    def jaccard(self) -> float:
        """The people in both as a share of those in either."""
        either = self.n_first + self.n_second - self.n_both
        return self.n_both / either if either else 0.0


def overlaps(ws: Workspace) -> tuple[Overlap, ...]:
    """Return every ordered pair of segments that have members, by name."""
    members = ws.warehouse.table("segment_members")
    first = members.select("person_id", first="segment_id")
    pairs = first.inner_join(members.select("person_id", second="segment_id"), "person_id")
    counted = pairs.group_by(["first", "second"]).agg(n=pairs.count()).order_by("first", "second")
    rows = {(row["first"], row["second"]): row["n"] for row in ws.warehouse.read(counted).to_pylist()}
    names = sorted({name for name, _ in rows})
    return tuple(
        Overlap(a, b, rows[a, a], rows[b, b], rows.get((a, b), 0)) for a in names for b in names if a != b
    )
