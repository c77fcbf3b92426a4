"""A layout is tried on a file before anything is loaded; columns divide, and columns that a file lacks are told."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from quanyu.collect.load.load import load
from quanyu.collect.preview import preview
from quanyu.errors import SettingError, UnknownLayoutError
from quanyu.tables import CONTRACTS
from quanyu.workspace import Workspace

LAYOUT = """\
match = ["bon", "zeit", "kunde"]
timezone = "Europe/Berlin"

[people]
ids = [{ from = "kunde", id = "email" }]
seen_at = "zeit"
email = "kunde"

[orders]
per = "key"
order_id = "bon"
ordered_at = "zeit"
status = { value = "completed" }
paid_amount = { from = "summe", total = true }
region = "land"

[order_lines]
order_id = "bon"
line_no = { running = "order_id" }
item_id = "ware"
n_items = "menge"
unit_price_amount = { divide = ["summe", "menge", "satz"] }
"""
FILE = """\
bon,zeit,kunde,ware,menge,summe,satz
1,2024-06-01 10:00:00,bo@example.com,tea,4,10,1
1,2024-06-01 10:00:00,bo@example.com,cup,3,10,2
2,2024-06-01 11:00:00,di@example.com,pot,0,10,1
3,2024-06-01 12:00:00,di@example.com,pot,2,ten,1
4,someday,di@example.com,pot,2,10,
"""


@pytest.fixture
def shop(make_workspace: Callable[..., Workspace]) -> Workspace:
    return make_workspace()


@pytest.fixture
def files(shop: Workspace, tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "till.csv").write_text(FILE, encoding="utf-8")
    (tmp_path / "till.toml").write_text(LAYOUT, encoding="utf-8")
    return tmp_path / "till.csv", tmp_path / "till.toml"


def counts(ws: Workspace) -> dict[str, int]:
    return {name: n for name in CONTRACTS if (n := ws.warehouse.count(name))}


def test_a_layout_is_tried_without_loading_anything(shop: Workspace, files: tuple[Path, Path]) -> None:
    (shown,) = preview(shop, *files)
    assert (shown.file, shown.layout, shown.n_rows, shown.n_refused) == ("till.csv", "till", 5, 2)
    assert shown.missing == ("land",)
    assert set(shown.tables) == {"orders", "order_lines", "members", "rejects"}
    orders = {row["order_id"]: row for row in shown.tables["orders"]}
    assert orders["1"]["paid_amount"] == Decimal(20)
    assert {row["line"]: bool(row["reason"]) for row in shown.tables["rejects"]} == {5: True, 6: True}
    assert counts(shop) == {}
    assert not list(shop.path("tmp").glob("try-*"))


def test_as_many_rows_are_shown_as_are_asked_for(shop: Workspace, files: tuple[Path, Path]) -> None:
    (shown,) = preview(shop, *files, 1)
    assert {name: len(rows) for name, rows in shown.tables.items()} == dict.fromkeys(shown.tables, 1)


def test_a_try_says_what_is_wrong(shop: Workspace, files: tuple[Path, Path]) -> None:
    file, layout = files
    layout.write_text(LAYOUT.replace("paid_amount", "payed_amount"), encoding="utf-8")
    with pytest.raises(
        SettingError, match="line 14: orders has no column 'payed_amount'; near it: 'paid_amount'"
    ):
        preview(shop, file, layout)
    layout.write_text(LAYOUT.replace('"kunde"]', '"kundin"]'), encoding="utf-8")
    with pytest.raises(
        UnknownLayoutError, match=r"till\.csv is no till file: it misses kundin\. It has: bon, zeit, kunde"
    ):
        preview(shop, file, layout)
    assert not list(shop.path("tmp").glob("try-*"))


def test_a_quotient_is_unknown_where_a_divisor_is_zero_or_missing(
    shop: Workspace, files: tuple[Path, Path]
) -> None:
    (shop.root / "layouts").mkdir()
    (shop.root / "layouts" / "till.toml").write_text(
        LAYOUT.replace("total = true", 'default = "1"'), encoding="utf-8"
    )
    file = files[0]
    file.write_text(FILE.replace("ten,1", "10,").replace("someday", "2024-06-01 10:00:00"), encoding="utf-8")
    (loaded,) = load(shop, file)
    assert (loaded.layout, loaded.status, loaded.n_refused) == ("till", "loaded", 0)
    found = shop.warehouse.query(
        "SELECT item_id, unit_price_amount AS price FROM order_lines ORDER BY order_id, line_no"
    )
    prices = [row["price"] for row in found.to_pylist()]
    assert prices == [Decimal("2.5"), Decimal("1.6667"), None, None, None]


def test_columns_that_a_file_lacks_are_told(shop: Workspace, files: tuple[Path, Path]) -> None:
    (shop.root / "layouts").mkdir()
    (shop.root / "layouts" / "till.toml").write_text(LAYOUT, encoding="utf-8")
    (loaded,) = load(shop, files[0])
    assert loaded.missing == ("land",)
    assert json.loads(json.dumps(dataclasses.asdict(loaded), default=str))["missing"] == ["land"]
    whole = files[0].with_name("whole.csv")
    lines = FILE.splitlines()
    whole.write_text(
        "\n".join([f"{lines[0]},land", *(f"{line},Hessen" for line in lines[1:])]), encoding="utf-8"
    )
    (loaded,) = load(shop, whole)
    assert loaded.missing == ()


def test_the_command_shows_rows_refused_lines_and_what_is_missing(
    shop: Workspace, files: tuple[Path, Path], command, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("COLUMNS", "300")
    answer = command("layouts", "try", *map(str, files), "-w", str(shop.root))
    assert answer.code == 0, answer.err
    assert "till.csv  till: 5 Rows, 2 Refused" in answer.out
    assert "the file lacks: land" in answer.out
    for shown in ("orders", "order_lines", "rejects", "bo@example.com", "2.5", "someday"):
        assert shown in answer.out, shown
    (told,) = json.loads(command("layouts", "try", *map(str, files), "-w", str(shop.root), "--json").out)
    assert (told["n_refused"], told["missing"]) == (2, ["land"])
    assert counts(shop) == {}
    (shop.root / "layouts").mkdir()
    (shop.root / "layouts" / "till.toml").write_text(LAYOUT, encoding="utf-8")
    loaded = command("load", str(files[0]), "-w", str(shop.root))
    assert "the file lacks: land" in loaded.out
    assert command("layouts", "try", str(files[0])).code == 2


def test_a_layout_can_be_tried_by_its_name(shop: Workspace, tmp_path: Path) -> None:
    file = Path(__file__).parent / "samples" / "shopify_orders.csv"
    (shown,) = preview(shop, file, Path("shopify_orders"))
    assert (shown.layout, "orders" in shown.tables) == ("shopify_orders", True)
    with pytest.raises(UnknownLayoutError, match="There is no layout"):
        preview(shop, file, tmp_path / "nope.toml")
