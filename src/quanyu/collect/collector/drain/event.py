"""What an event says of an item and of money: under the names that trackers give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from quanyu.collect.collector.drain.judge import RefusedError
from quanyu.collect.collector.message import Message
from quanyu.collect.reason import UNREADABLE
from quanyu.tables.currency import CURRENCIES, SPELLINGS
from quanyu.tables.text.mask import masked

COLUMNS = (
    "event_id", "source", "id_key", "name", "occurred_at", "received_at", "session_id", "channel", "campaign_id", "item_id",
    "n_items", "value_amount", "currency", "properties",
)  # fmt: skip
ITEM = ("item_id", "product_id", "productId", "sku", "goods_id", "商品id")
ITEMS = ("products", "items")
QUANTITY = ("quantity", "n_items", "num", "qty")
VALUE = ("value", "revenue", "total", "amount", "order_amount", "pay_amount")
PRICE = ("price", "unit_price")
CURRENCY = ("currency", "currency_code")
LARGEST = Decimal(10) ** 15
"""Amounts from here on do not fit."""
_FIGURE = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?")
_ENCODER = msgspec.json.Encoder(enc_hook=str)


def event_row(message: Message, source: str, key: str | None, received_at: int) -> tuple[Any, ...]:
    """Return the row of an event in the order of `COLUMNS`; raise `RefusedError` for a figure that cannot be read.

    Personal data in properties is masked.
    """
    said = message.properties
    item = _item(said)
    n_items = _figure(said, item, QUANTITY, "n_items")
    campaign = message.context.get("campaign")
    medium, name = _campaign(campaign) if isinstance(campaign, Mapping) else (None, None)
    told = {**said, "context": message.context} if message.context else said
    return (
        message.message_id, source, key, message.name, message.occurred_at, received_at, message.session_id or None,
        medium, name, _text(_first(item, ITEM)), None if n_items is None else int(n_items),
        _value(said, item, n_items), _currency(said, item), as_text(told) if told else None,
    )  # fmt: skip


def as_text(said: Mapping[str, Any]) -> str:
    """Return what was said as JSON, personal data in it masked."""
    return masked(_ENCODER.encode(said).decode())


def _item(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is said of the item: of the only one in a list, or by the event itself."""
    for name in ITEMS:
        listed = said.get(name)
        if isinstance(listed, Sequence) and len(listed) == 1 and isinstance(listed[0], Mapping):
            return listed[0]
    return said


def _campaign(campaign: Mapping[str, Any]) -> tuple[str | None, str | None]:
    medium = campaign.get("medium") or campaign.get("source")
    return _text(medium), _text(campaign.get("name") or campaign.get("id") or campaign.get("campaign"))


def _first(said: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((said[name] for name in names if said.get(name) not in (None, "")), None)


def _text(value: Any) -> str | None:
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def _figure(
    said: Mapping[str, Any], item: Mapping[str, Any], names: Sequence[str], column: str
) -> Decimal | None:
    value = _first(said, names)
    if value is None:
        value = _first(item, names)
    if value is None or isinstance(value, (bool, dict, list)):
        return None
    if not _FIGURE.fullmatch(shown := str(value)) or abs(figure := Decimal(shown)) >= LARGEST:
        kind = "a whole number" if column == "n_items" else "an amount"
        raise RefusedError(UNREADABLE.format(column=column, value=shown[:200], kind=kind))
    return figure


def _value(said: Mapping[str, Any], item: Mapping[str, Any], n_items: Decimal | None) -> Decimal | None:
    """Return the value of an event, as it says or as price times pieces, to the cent."""
    value = _figure(said, said, VALUE, "value_amount")
    if value is None:
        price = _figure(item, said, PRICE, "value_amount")
        value = None if price is None else price * (1 if n_items is None else n_items)
    if value is not None and abs(value) >= LARGEST:
        raise RefusedError(UNREADABLE.format(column="value_amount", value=value, kind="an amount"))
    return None if value is None else value.quantize(Decimal("0.01"))


def _currency(said: Mapping[str, Any], item: Mapping[str, Any]) -> str | None:
    value = _first(said, CURRENCY) or _first(item, CURRENCY)
    if value is None:
        return None
    word = str(value).strip().upper()
    code = SPELLINGS.get(word, word)
    if code not in CURRENCIES:
        raise RefusedError(UNREADABLE.format(column="currency", value=str(value)[:20], kind="a currency"))
    return code
