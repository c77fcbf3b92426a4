"""The planted truth of a simulated shop beside what was found in its files. Only for people to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from quanyu.tables import SALES
from quanyu.text import Text
from quanyu.workspace import Workspace, pseudonym

HASHED = ("phone", "email")


@dataclass(frozen=True)
class Verdict:
    """One planted fact beside the found one, as printed; `agreement` is a share in per cent."""

    what: Text
    planted: str
    found: str
    agreement: str


@dataclass(frozen=True)
class PairScore:
    """How well identifiers were joined into people, over all pairs of identifiers.

    precision = pairs joined that belong together / pairs joined;
    recall = pairs joined that the files tie together / pairs that the files tie together.
    """

    n_pairs: int
    precision: float
    recall: float


def judge(ws: Workspace, truth: Path, *earlier: Path) -> list[Verdict]:
    """Return planted and found figures: people, pairs, orders, money, refusals.

    `truth` is the folder of that name that `export` filled for the newest period, `earlier` those before.
    """
    return [*_people(ws, truth), *_orders(ws, truth), _refused(ws, [truth, *earlier])]


def score_pairs(ws: Workspace, truth: Path) -> PairScore:
    """Score identity over pairs of identifiers that occur in the loaded data and belong to one true person.

    A phone or mailbox shared by a household belongs to several true people and is left out. Recall counts the
    pairs that the files tie together (see `truth.person.identities_truth`): nobody could find the others.
    """
    planted = _truth(ws, truth, "identities").select("person_id", "kind", "value", "evidence")
    owners: dict[str, set[tuple[str, str]]] = {}
    for row in ws.warehouse.read(planted).to_pylist():
        value = pseudonym(ws.secret, row["kind"], row["value"]) if row["kind"] in HASHED else row["value"]
        owners.setdefault(f"{row['kind']}:{value}", set()).add((row["person_id"], row["evidence"]))
    single = {key: next(iter(people)) for key, people in owners.items() if len(people) == 1}
    identities = ws.warehouse.read(ws.warehouse.table("identities").select("id_key", "person_id")).to_pylist()
    joined = [(*single[row["id_key"]], row["person_id"]) for row in identities if row["id_key"] in single]
    right = _pairs(Counter((person, assigned) for person, _, assigned in joined))
    together = _pairs(Counter(assigned for _, _, assigned in joined))
    both = _pairs(Counter((group, assigned) for _, group, assigned in joined))
    belong = _pairs(Counter(group for _, group, _ in joined))
    return PairScore(belong, right / together if together else 1.0, both / belong if belong else 1.0)


def _pairs(counts: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _people(ws: Workspace, truth: Path) -> Iterator[Verdict]:
    pairs = score_pairs(ws, truth)
    yield Verdict("Identifier pairs joined rightly (precision)", "100 %", f"{pairs.precision:.2%}", "")
    yield Verdict("Identifier pairs that were joined (recall)", "100 %", f"{pairs.recall:.2%}", "")
    orders, identities = ws.warehouse.table("orders"), ws.warehouse.table("identities")
    sales = orders.filter(orders.status.isin(SALES))
    buyers = sales.join(identities, "id_key").person_id.nunique()
    planted = _truth(ws, truth, "orders")
    yield _compared(
        ws,
        "Buyers that the files can tell apart",
        planted.filter(_is_sale(planted)).evidence.nunique(),
        buyers,
    )


def _orders(ws: Workspace, truth: Path) -> Iterator[Verdict]:
    orders, planted = ws.warehouse.table("orders"), _truth(ws, truth, "orders")
    sold, meant = orders.filter(orders.status.isin(SALES)), planted.filter(_is_sale(planted))
    yield _compared(ws, "Orders", planted.count(), orders.count())
    yield _compared(ws, "Paid orders", meant.count(), sold.count())
    yield _compared(ws, "Paid amount", meant.paid_amount.sum(), sold.paid_amount.sum())
    yield _compared(ws, "Refunded", meant.refund_amount.sum(), sold.refund_amount.sum())
    yield _compared(ws, "Net of refunds", meant.net_amount.sum(), sold.net_amount.sum())


def _refused(ws: Workspace, folders: Sequence[Path]) -> Verdict:
    dirty = ws.warehouse.scan([folder / "dirty.parquet" for folder in folders])
    return _compared(ws, "Dirty rows refused", dirty.n_rows.sum(), ws.warehouse.table("rejects").count())


def _is_sale(orders: ir.Table) -> ir.BooleanValue:
    return orders.status.isin(SALES)


def _truth(ws: Workspace, truth: Path, name: str) -> ir.Table:
    return ws.warehouse.scan([truth / f"{name}.parquet"])


def _compared(ws: Workspace, what: Text, planted: ir.Value, counted: ir.Value) -> Verdict:
    meant, seen = (
        ws.warehouse.read(value.name("value")).column(0)[0].as_py() or 0 for value in (planted, counted)
    )
    share = f"{float(seen) / float(meant):.2%}" if meant else ("100.00%" if not seen else "")
    return Verdict(what, _shown(meant), _shown(seen), share)


def _shown(value: float | Decimal) -> str:
    return f"{value:,.2f}" if isinstance(value, Decimal | float) else f"{value:,}"
