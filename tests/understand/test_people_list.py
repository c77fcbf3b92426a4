"""A person is found by a telephone number or mail address as people write it, in the country of the workspace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from tests.conftest import written_by

from quanyu.collect.identity.identity import resolve
from quanyu.collect.identity.people import golden
from quanyu.collect.load.load import load
from quanyu.errors import RuleError
from quanyu.ledger import KeptFit, keep_fit
from quanyu.understand.people_list import Listing, Order, Whom, count, every, page, shown_columns
from quanyu.understand.trait.profile import read_person
from quanyu.workspace import Workspace

CHINESE = "Asia/Shanghai"
BRITISH = "Europe/London"


@pytest.fixture
def members(make_workspace: Callable[..., Workspace], tmp_path: Path) -> Callable[..., Workspace]:
    """Return a maker of workspaces with a Chinese, a British and a German member."""

    def make(**settings: str) -> Workspace:
        ws = make_workspace(**settings)
        rows = (
            "+86 138 1234 5678,chi@example.com",
            "+44 7911 123456,bo@example.com",
            "+49 1512 3456789,di@example.de",
        )
        file = tmp_path / "members.csv"
        keys = "".join(f"member:{row.split(',')[1][:2]},{row}\n" for row in rows)
        file.write_text(f"id_key,phone,email\n{keys}", encoding="utf-8")
        links = tmp_path / "links.csv"
        both = [
            f"member:{row.split(',')[1][:2]},{kind}:{value}\n"
            for row in rows
            for kind, value in zip(("phone", "email"), row.split(","), strict=True)
        ]
        links.write_text(f"id_key,other_key\n{''.join(both)}", encoding="utf-8")
        told = load(ws, [file, links])
        assert [(one.status, one.n_refused) for one in told] == [("loaded", 0)] * 2, told
        resolve(ws, ws.today())
        golden(ws, ws.today())
        return ws

    return make


def found(ws: Workspace, text: str) -> list[str]:
    return [mail[:1] for _, mail in page(ws, Listing(Whom(text=text), ("email",)))]


FOREIGN = [
    ("0044 7911 123456", "b"),
    ("+44 7911 123456", "b"),
    ("+49 (1512) 34-56789", "d"),
]


@pytest.mark.parametrize(
    ("settings", "texts"),
    [
        (
            {"timezone": BRITISH},
            [*FOREIGN, ("447911123456", "b"),
             ("07911 123456", "b"), ("07911\u2011123456", "b"), ("+8613812345678", "c"), ("0086 138 1234 5678", "c"),
             ("13812345678", "")],
        ),
        (
            {"timezone": CHINESE},
            [*FOREIGN, ("447911123456", "b"),
             ("138 1234-5678", "c"), ("１３８１２３４５６７８", "c"), ("8613812345678", "c"), ("07911 123456", "")],
        ),
        ({"timezone": CHINESE, "country": "DE"}, [*FOREIGN, ("01512 3456789", "d"), ("13812345678", "")]),
        ({"timezone": "UTC"}, [*FOREIGN, ("447911123456", "b"), ("07911 123456", ""), ("01512 3456789", "")]),
    ],
    ids=["British zone", "Chinese zone", "country that is set", "no country"],
)  # fmt: skip
def test_a_number_is_read_in_the_country_of_the_workspace(
    members: Callable[..., Workspace], settings: dict[str, str], texts: list[tuple[str, str]]
) -> None:
    ws = members(**settings)
    assert {text: found(ws, text) for text, _ in texts} == {text: [who] if who else [] for text, who in texts}


def test_a_mail_address_is_found_however_it_is_written(members: Callable[..., Workspace]) -> None:
    ws = members()
    for text in ("bo@example.com", " Bo@Example.com ", "mailto:bo@example.com", "bo＠example.com"):
        assert found(ws, text) == ["b"], text
    assert found(ws, "bo@example") == found(ws, "@") == []


def crowd(ws: Workspace, n: int = 300) -> Workspace:
    """Fill a workspace with people of whom two thirds have bought, some for the same amount."""
    ids = [f"p{k:04d}" for k in range(n)]
    record = {"person_id": ids, "name": [f"王{k}" for k in range(n)], "phone": ["+8613812345678"] * n,
              "email": ["li@example.com"] * n}  # fmt: skip
    written = written_by(ws).warehouse
    written.replace("people", pa.table(record), by="collect")
    bought = [k for k in range(n) if k % 3]
    rfm = {
        "person_id": [ids[k] for k in bought], "as_of": [dt.date(2026, 7, 1)] * len(bought), "frequency": [1 + k % 4 for k in bought],
        "recency_days": bought, "monetary_amount": [float(k % 7) for k in bought], "group": ["lost"] * len(bought),
        "r_score": [1] * len(bought), "f_score": [1] * len(bought), "m_score": [1] * len(bought), "fit_id": ["f"] * len(bought),
    }  # fmt: skip
    written.replace("rfm", pa.table(rfm), by="understand")
    return ws


@pytest.mark.parametrize("order", [Order(), Order("recency_days", False), Order("name", False)])
def test_pages_together_are_the_whole_list_in_its_order(workspace: Workspace, order: Order) -> None:
    ws = crowd(workspace)
    listing = Listing(Whom(), ("name", "monetary_amount", "recency_days"), order)
    whole = list(every(ws, listing))
    pages = [page(ws, listing, first, 75) for first in range(0, 301, 75)]
    assert [row for rows in pages for row in rows] == whole
    assert len({row[0] for row in whole}) == count(ws, Whom()) == 300
    told = [row[1:][listing.columns.index(order.column)] for row in whole]
    known = [value for value in told if value is not None]
    assert told[len(known) :] == [None] * (300 - len(known)), "what is not known comes last, either way"
    if order.column != "name":
        assert known == sorted(known, reverse=order.is_descending)


def test_a_list_by_rule_holds_whom_the_rule_finds_and_shows_nobody_s_contact(workspace: Workspace) -> None:
    ws = crowd(workspace)
    listing = Listing(Whom("frequency >= 2; recency_days < 100"), ("name", "phone", "email"))
    rows = list(every(ws, listing))
    assert len(rows) == count(ws, listing.whom) == sum(1 for k in range(100) if k % 3 and 1 + k % 4 >= 2)
    assert {row[1:] for row in rows} == {("王**", "+86138****5678", "l****@example.com")}
    assert count(ws, Whom("frequency >= 2", "p0001")) == count(ws, Whom(text="p0001")) == 1
    with pytest.raises(RuleError, match="frequency"):
        count(ws, Whom("frequncy >= 2"))


def test_p_alive_is_withdrawn_where_the_forecast_does_not_fit(
    make_workspace: Callable[..., Workspace],
) -> None:
    ws = make_workspace()
    day = dt.date(2026, 11, 20)
    ws.warehouse.replace(
        "people",
        pa.table({"person_id": ["ann"], "n_identifiers": [1], "is_personalised": [True]}),
        by="collect",
    )
    for hour, fits in enumerate((True, None, False)):
        at = dt.datetime(2026, 11, 20, hour, tzinfo=dt.UTC)
        fit_id = keep_fit(
            ws.ledger, KeptFit("Lifetime", at, spec={"fits": fits}, parameters={}, diagnostics={"fits": fits})
        )
        row = {"person_id": ["ann"], "as_of": [day], "p_alive": [0.7], "fit_id": [fit_id]}
        ws.warehouse.replace("lifetimes", pa.table(row), by="understand")
        ann = read_person(ws, "ann")
        assert ann is not None and ann.lifetime is not None
        assert ann.lifetime["p_alive"] == (None if fits is False else 0.7)
        assert ("p_alive" in shown_columns(ws)) == (fits is not False)
