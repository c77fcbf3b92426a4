"""Columns that tables of several concepts have: whose row, from where, and money beside the original amount."""

from __future__ import annotations

from dataclasses import replace

from quanyu.tables.contract import ORIGINAL
from quanyu.tables.contract import Column as C

ID_KEY = C("id_key", "text", "标识", "Identifier", privacy="pseudonym", note="kind:value; hashed if personal")
CURRENCY = C("currency", "currency", "币种", "Currency", note="what the source counts in, ISO 4217")
_RATE = C(
    "fx_rate", "number", "折算汇率", "Rate", low=0, unit="workspace's currency per currency",
    note="the rate that the amounts were converted at; null where nothing was, or while the rate is not known",
)  # fmt: skip
SOURCE = C("source", "text", "来源", "Source", is_required=True, note="layout that brought the row")


def converted(*columns: C) -> tuple[C, ...]:
    """Add to columns with amounts the currency of the row, its rate, and every amount as the source said it.

    The amounts themselves are always in the workspace's currency, and null while a row waits for its rate.
    """
    currency = () if CURRENCY in columns else (CURRENCY,)
    originals = (
        replace(
            column, name=f"{ORIGINAL}{column.name}", zh=f"{column.zh}（原币）", en=f"{column.en}, original",
            is_required=False, unit="currency of the row", note="null where the row is in the workspace's currency",
        )
        for column in columns
        if column.unit == "currency"
    )  # fmt: skip
    return (*columns, *currency, _RATE, *originals)
