"""The files are what the platforms write: headers, encodings, guards, masks, totals."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from quanyu.tables import CONTRACTS
from quanyu.world import Shop, World, export, simulate

HEADERS = tomllib.loads((Path(__file__).parent / "headers.toml").read_text(encoding="utf-8"))
BAIDU = [
    "日期",
    "推广计划",
    "账户",
    "展现",
    "点击",
    "消费",
    "点击率",
    "平均点击价格",
    "网页转化",
    "商桥转化",
    "电话转化",
]


def rows_of(path: Path, encoding: str, skip: int = 0, delimiter: str = ",") -> list[dict[str, str]]:
    text = path.read_bytes().decode(encoding).splitlines(keepends=True)[skip:]
    return list(csv.DictReader(io.StringIO("".join(text)), delimiter=delimiter))


@pytest.mark.parametrize("name", HEADERS)
def test_headers_are_those_of_the_platform(name: str, exported: Path) -> None:
    text = (exported / "files" / name).read_bytes().decode(HEADERS[name]["encoding"])
    found = next(csv.reader(io.StringIO(text)))
    assert [cell.strip() for cell in found] == HEADERS[name]["columns"]


def test_gbk_files_are_not_utf8(exported: Path) -> None:
    for name, about in HEADERS.items():
        if about["encoding"] == "gb18030":
            with pytest.raises(UnicodeDecodeError):
                (exported / "files" / name).read_bytes().decode("utf-8")


def test_ids_carry_their_guards(exported: Path) -> None:
    folder = exported / "files" / "orders"
    assert rows_of(folder / "taobao_orders_classic.csv", "gb18030")[0]["订单编号"].startswith('="41')
    assert rows_of(folder / "jd_orders.csv", "gb18030")[0]["订单号"].startswith("'31")
    assert rows_of(folder / "douyin_orders.csv", "utf-8-sig")[0]["主订单编号"].startswith("\t69")


def test_stray_spaces_stand_in_the_classic_header(exported: Path) -> None:
    first = (
        (exported / "files/orders/taobao_orders_classic.csv").read_bytes().decode("gb18030").splitlines()[0]
    )
    assert '"收货地址 "' in first and '"订单付款时间 "' in first and '"宝贝标题 "' in first


def test_masks_are_the_platforms_own(exported: Path) -> None:
    folder = exported / "files" / "orders"
    taobao = {row["联系手机"][:3] for row in rows_of(folder / "taobao_orders_classic.csv", "gb18030")}
    assert "'1*" in taobao and any(cell[2].isdigit() for cell in taobao)
    douyin = rows_of(folder / "douyin_orders.csv", "utf-8-sig")
    assert any(row["收件人手机号"].startswith("\t$$") for row in douyin)
    assert any(row["收件人"].startswith("##") for row in douyin)
    youzan = rows_of(folder / "youzan_orders.csv", "utf-8-sig")
    assert all(row["收货人手机号/提货人手机号"].isdigit() for row in youzan)


def test_jd_repeats_the_totals_of_an_order(exported: Path) -> None:
    seen: dict[str, set[str]] = {}
    rows = rows_of(exported / "files/orders/jd_orders.csv", "gb18030")
    for row in rows:
        seen.setdefault(row["订单号"], set()).add(row["订单金额"])
    good = {order: sums for order, sums in seen.items() if len(order) > 10}
    assert len(rows) > len(seen) and all(len(sums) == 1 for sums in good.values())


def test_shopify_writes_order_fields_on_the_first_line_only(exported: Path) -> None:
    rows = rows_of(exported / "files/orders/shopify_orders.csv", "utf-8")
    names = [row["Name"] for row in rows]
    assert len(rows[0]) == 79 and len(set(names)) < len(names)
    last = ""
    for row in rows:
        assert bool(row["Total"]) == (row["Name"] != last)
        last = row["Name"]
    assert rows[0]["Created at"].endswith(" +0800")


def test_google_ads_has_a_title_a_total_and_thousands(exported: Path) -> None:
    raw = (exported / "files/ads/google_ads.csv").read_bytes()
    assert raw[:2] == b"\xff\xfe"
    lines = raw.decode("utf-16").splitlines()
    assert lines[0] == "Campaign performance" and " - " in lines[1]
    assert lines[2].replace('"', "").split("\t")[:4] == ["Day", "Campaign", "Campaign ID", "Ad group"]
    assert lines[-1].startswith("Total: Account") and "," in lines[-1]


def test_baidu_has_seven_lines_before_the_header(exported: Path) -> None:
    lines = (exported / "files/ads/baidu_search.csv").read_bytes().decode("gb18030").splitlines()
    assert lines[7] == "" and [cell.strip('"') for cell in lines[8].split(",")] == BAIDU


def test_meta_names_the_currency_in_the_header(exported: Path) -> None:
    raw = (exported / "files/ads/meta_ads.csv").read_bytes()
    assert raw[:3] == b"\xef\xbb\xbf" and b"Amount spent (CNY)" in raw


@pytest.mark.parametrize("name", ["ocean_engine", "qianchuan"])
def test_byte_dance_ends_with_a_line_of_totals(name: str, exported: Path) -> None:
    rows = rows_of(exported / f"files/ads/{name}.csv", "utf-8-sig")
    cost = "消耗" if name == "ocean_engine" else "整体消耗"
    assert next(iter(rows[-1].values())) == "总计"
    assert sum(Decimal(row[cost]) for row in rows[:-1]) == Decimal(rows[-1][cost])


@pytest.mark.parametrize(
    "name", ["members", "items", "touches", "feedback", "consents", "prices", "stores", "links"]
)
def test_plain_files_use_the_names_of_the_contract(name: str, exported: Path) -> None:
    text = (exported / f"files/{name}.csv").read_text(encoding="utf-8")
    header = next(csv.reader(io.StringIO(text)))
    assert set(header) <= set(CONTRACTS[name].by_name)


def test_events_use_the_names_of_the_contract(exported: Path) -> None:
    events = pq.read_table(exported / "files/events.parquet")
    made = ("source", "fx_rate", "original_value_amount")
    assert events.schema.names == [name for name in CONTRACTS["events"].by_name if name not in made]


def test_files_add_up_to_the_planted_totals(exported: Path) -> None:
    totals = {row["layout"]: row for row in pq.read_table(exported / "truth/totals.parquet").to_pylist()}
    folder = exported / "files" / "orders"

    def added(name: str, encoding: str, column: str, key: str) -> Decimal:
        sums = {row[key]: row[column] for row in rows_of(folder / name, encoding) if "99000" not in row[key]}
        return sum((Decimal(value) for key, value in sums.items() if any(map(str.isdigit, key))), Decimal(0))

    classic = added("taobao_orders_classic.csv", "gb18030", "总金额", "订单编号")
    assert classic == totals["taobao_orders_classic"]["gross_amount"]
    assert added("jd_orders.csv", "gb18030", "订单金额", "订单号") == totals["jd_orders"]["gross_amount"]
    new = added("taobao_orders_new.csv", "gb18030", "总金额", "订单编号")
    assert new == totals["taobao_orders_new"]["gross_amount"]


def test_truth_orders_add_up_to_the_planted_totals(exported: Path) -> None:
    totals = pq.read_table(exported / "truth/totals.parquet").to_pylist()
    orders = pq.read_table(exported / "truth/orders.parquet")
    sums = orders.group_by("layout").aggregate(
        [("net_amount", "sum"), ("order_id", "count"), ("n_lines", "sum")]
    )
    found = {row["layout"]: row for row in sums.to_pylist()}
    for row in totals:
        one = found[row["layout"]]
        assert (row["net_amount"], row["n_orders"], row["n_lines"]) == (
            one["net_amount_sum"], one["order_id_count"], one["n_lines_sum"],
        )  # fmt: skip


def test_dirt_is_counted_file_by_file(exported: Path) -> None:
    dirty = pq.read_table(exported / "truth/dirty.parquet").to_pylist()
    assert sum(row["n_rows"] for row in dirty) >= 30
    planted = {(row["file"], row["reason"]): row["n_rows"] for row in dirty}
    times = [row["下单时间"] for row in rows_of(exported / "files/orders/jd_orders.csv", "gb18030")]
    assert sum(time.startswith("2026-13") for time in times) == planted["orders/jd_orders.csv", "bad date"]


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    shop = Shop(people=300, days=90, seed=3, ends_on=date(2026, 11, 19))
    for name, one in (("a", shop), ("b", shop), ("c", replace(shop, seed=4))):
        export(simulate(one), tmp_path / name)
    a, b, c = (fingerprint(tmp_path / name) for name in "abc")
    assert a == b
    assert a.keys() == c.keys() and a["files/orders/jd_orders.csv"] != c["files/orders/jd_orders.csv"]


def test_blocks_make_one_file_with_one_header(tmp_path: Path) -> None:
    shop = Shop(people=600, days=90, seed=3, ends_on=date(2026, 11, 19), block=200)
    export(simulate(shop), tmp_path)
    rows = rows_of(tmp_path / "files/orders/youzan_orders.csv", "utf-8-sig")
    assert [row for row in rows if row["订单号"] == "订单号"] == []
    numbers = [row["订单号"] for row in rows if row["订单号"].startswith("E20")]
    planted = pq.read_table(tmp_path / "truth/orders.parquet", columns=["layout"])["layout"].to_pylist()
    assert len(set(numbers)) == planted.count("youzan_orders")
    people = pq.read_table(tmp_path / "truth/people.parquet", columns=["person_id"])["person_id"].to_pylist()
    assert len(set(people)) == 600


@pytest.mark.parametrize(("people", "days"), [(1, 1), (3, 5), (40, 30)])
def test_tiny_shops_work(people: int, days: int, tmp_path: Path) -> None:
    written = export(simulate(Shop(people=people, days=days, ends_on=date(2026, 11, 19))), tmp_path)
    assert all(path.exists() for path in written)


def test_truth_is_the_same_from_memory_and_from_files(world: World, exported: Path) -> None:
    assert world.orders.equals(pq.read_table(exported / "truth/orders.parquet"))
    assert world.people.num_rows == world.shop.people
