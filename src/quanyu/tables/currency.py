"""Which currencies there are, how files write them, and what is said where a row waits for its rate."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from babel.numbers import list_currencies

CURRENCIES = frozenset(list_currencies())
"""ISO 4217 codes, past ones included, as the CLDR lists them."""

SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        "RMB": "CNY", "CNH": "CNY", "人民币": "CNY", "元": "CNY",
        "US$": "USD", "美元": "USD", "美金": "USD", "HK$": "HKD", "港币": "HKD", "港元": "HKD",
        "NT$": "TWD", "NTD": "TWD", "新台币": "TWD", "日元": "JPY", "日圆": "JPY", "€": "EUR", "EURO": "EUR", "欧元": "EUR",
        "£": "GBP", "英镑": "GBP", "₩": "KRW", "韩元": "KRW", "R$": "BRL", "A$": "AUD", "C$": "CAD", "S$": "SGD",
    }
)  # fmt: skip
"""Other spellings in upper case; `$` and `¥` alone are several currencies, so they are none here."""
