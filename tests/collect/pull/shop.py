"""A shop system's database, and the source that asks it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from quanyu.collect.pull import read_source
from quanyu.workspace import Workspace

ORDERS = """CREATE TABLE orders (order_id TEXT PRIMARY KEY, ordered_at TEXT, status TEXT, paid_amount NUMERIC, updated_at TEXT)"""


class Database:
    """A file of SQLite with a table of orders."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.do(ORDERS)

    def do(self, sql: str, *rows: tuple[Any, ...]) -> None:
        with sqlite3.connect(self.file) as connection:
            connection.executemany(sql, rows) if rows else connection.execute(sql)
        connection.close()

    def put(self, *orders: tuple[Any, ...]) -> None:
        """Insert orders (number, amount, minute of the change), or change them."""
        rows = [
            (
                number,
                "2026-11-01 10:00:00",
                "paid",
                amount,
                f"2026-11-11 {minute // 60:02}:{minute % 60:02}:00",
            )
            for number, amount, minute in orders
        ]
        self.do("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?)", *rows)


def source_of(folder: Path, url: str, name: str = "shop", **entries: Any) -> Any:
    """Write the file of a source and read it."""
    given = {"layout": "orders", "url": url, "table": "orders", "cursor": "updated_at", **entries}
    lines = [f"{key} = {_toml(value)}" for key, value in given.items() if value is not None]
    file = folder / f"{name}.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_source(file)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    return f"'''{value}'''" if isinstance(value, str) else str(value).lower()


def taken(ws: Workspace) -> dict[str, str]:
    """Return the amount of every order."""
    rows = ws.warehouse.query("SELECT order_id, paid_amount FROM orders").to_pylist()
    return {row["order_id"]: str(row["paid_amount"]) for row in rows}
