"""A telephone number or mail address that stands in an identifier is in clear nowhere but in personal columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from quanyu.collect.identity.identity import resolve
from quanyu.collect.identity.people import golden
from quanyu.collect.load.load import load
from quanyu.tables import CONTRACTS
from quanyu.tables.text.narrow import narrow
from quanyu.understand.fact.visit_step import visits
from quanyu.workspace import Workspace

PHONE, MAIL = "13800000000", "bo@example.com"
TAKEN = [
    "tel:13800000000", "mobile:138 0000 0000", "Phone:+86-138-0000-0000", "手机号：１３８００００００００", "SMS:008613800000000",
    " phone : 13800000000 ", "Email:Bo@Example.com", "mailto:bo@example.com", "邮箱:bo＠example.com", "E-mail: bo@example.com ",
    "user:13800000000", "user:+86 138 0000 0000", "member:tel:13800000000", "cookie:bo@example.com", "jd:Bo@Example.com",
    "taobao:tb13800000000", "device:bo%40example.com", "wechat:13800000000", "user:Bo <bo@example.com>", "user:(138)00000000",
]  # fmt: skip
"""Keys of a kind that is known."""
REFUSED = [
    "emial:bo@example.com",
    "phnoe:13800000000",
    "13800000000",
    "bo@example.com",
    "bo@example.com:user",
    "13800000000:user",
]
"""Keys that say no kind or one that nobody declared."""
HEADS = {
    "events": "event_id,name,occurred_at,session_id,id_key",
    "orders": "order_id,ordered_at,status,paid_amount,id_key",
    "members": "name,phone,email,seen_at,id_key",
}
ROWS = {
    "events": "{n},page_view,2026-11-01 10:00:00,s{n}",
    "orders": "{n},2026-11-01 10:00:00,completed,10",
    "members": "Bo,+86 138 0000 0000,bo@example.com,2026-11-01 10:00:00",
}


def cells(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield table, column and text of every cell of every Parquet file below a folder of tables, old versions too."""
    for file in sorted(folder.rglob("*.parquet")):
        table = file.relative_to(folder).parts[0]
        read = pq.ParquetFile(file).read()
        for column in read.column_names:
            yield from (
                (table, column, str(value)) for value in read[column].to_pylist() if value is not None
            )


def shows(text: str) -> bool:
    """Say whether a text shows the telephone number or the mail address."""
    plain = narrow(text).replace("＠", "@").replace("%40", "@").casefold()
    return MAIL in plain or PHONE in re.sub(r"[\s()\-.]", "", plain)


@pytest.mark.parametrize("country", ["CN", "GB"])
def test_no_phone_or_mail_of_a_key_is_in_clear(
    make_workspace: Callable[..., Workspace], tmp_path: Path, country: str
) -> None:
    ws = make_workspace(country=country)
    for name, heads in HEADS.items():
        lines = [f'{ROWS[name].format(n=n)},"{key}"' for n, key in enumerate([*TAKEN, *REFUSED])]
        (tmp_path / f"{name}.csv").write_text("\n".join([heads, *lines, ""]), encoding="utf-8")
    loaded = load(ws, [tmp_path / f"{name}.csv" for name in HEADS])
    assert {one.layout: one.n_refused for one in loaded} == {
        f"plain_{name}": len(REFUSED) for name in HEADS
    }, loaded
    visits(ws, ws.today())
    resolve(ws, ws.today())
    golden(ws, ws.today())
    found = {(table, column) for table, column, text in cells(ws.root / "tables") if shows(text)}
    personal = {
        (table.name, each.name)
        for table in CONTRACTS.values()
        for each in table.columns
        if each.privacy == "personal"
    }
    assert found - personal == set()
    assert {("members", "phone"), ("members", "email"), ("rejects", "content")} <= found
    told = [text for one in loaded for text in (one.message, *one.reasons, *one.left_out)]
    assert not any(map(shows, told)), told
