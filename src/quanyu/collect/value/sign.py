"""What the signs, words and codes beside a figure say about its currency."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from quanyu.tables.currency import CURRENCIES

DOLLARS: Mapping[str, str] = {
    "US": "USD", "U.S.": "USD", "HK": "HKD", "NT": "TWD", "TW": "TWD", "A": "AUD", "AU": "AUD", "C": "CAD", "CA": "CAD",
    "S": "SGD", "SG": "SGD", "R": "BRL", "NZ": "NZD", "MX": "MXN",
}  # fmt: skip
"""What stands before the sign of a dollar, and whose it then is."""
YENS: Mapping[str, str] = {"CN": "CNY", "RMB": "CNY", "JP": "JPY"}
"""What stands before the sign of the yuan and the yen."""
WORDS: Mapping[str, str] = {
    "人民币": "CNY", "元": "CNY TWD HKD MOP", "圆": "CNY TWD HKD MOP", "圓": "CNY TWD HKD MOP", "円": "JPY", "원": "KRW",
    "RMB": "CNY", "RM": "MYR", "Rp": "IDR", "Fr": "CHF", "kr": "SEK NOK DKK ISK", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
    "CNH": "CNY", "NTD": "TWD", "lei": "RON MDL", "руб": "RUB BYN",
}  # fmt: skip
SHARED: Mapping[str, str] = {
    "$": "USD AUD CAD HKD TWD SGD NZD MXN ARS CLP COP UYU DOP BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD"
    " CUP NIO BRL MOP",
    "¥": "CNY JPY", "£": "GBP EGP FKP GIP SHP LBP SYP SSP SDG", "€": "EUR", "₩": "KRW KPW", "₹": "INR", "₨": "INR PKR LKR NPR MUR SCR",
    "₽": "RUB", "₫": "VND", "฿": "THB", "₱": "PHP", "₺": "TRY", "₴": "UAH", "₪": "ILS", "₦": "NGN", "₡": "CRC", "₸": "KZT",
    "₮": "MNT", "₭": "LAK", "៛": "KHR", "₲": "PYG", "₾": "GEL", "₼": "AZN", "₵": "GHS", "৳": "BDT", "؋": "AFN",
    "﷼": "IRR SAR OMR QAR YER", "֏": "AMD", "₿": "BTC",
}  # fmt: skip
"""Currencies that a sign alone may mean; any other sign means none that is known."""
SIGNS = "".join(letter for letter in map(chr, range(0xFFFF)) if unicodedata.category(letter) == "Sc")


def _either(words: Mapping[str, str] | frozenset[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


MONEY_SIGN = (
    rf"(?:(?:{_either({**DOLLARS, **YENS})})?[{SIGNS}]|(?:{_either(WORDS)})\.?|(?:{_either(CURRENCIES)}))"
)
"""A currency written beside a figure: a sign, a dollar of a country, a word, or an ISO 4217 code."""
_SIGN = re.compile(MONEY_SIGN, re.IGNORECASE)
_MEANT = {
    **{code: {code} for code in CURRENCIES},
    **{word.upper(): set(currencies.split()) for word, currencies in (*WORDS.items(), *SHARED.items())},
    **{f"{land}$": {currency} for land, currency in DOLLARS.items()},
    **{f"{land}¥": {currency} for land, currency in YENS.items()},
}


def fits(text: str, currency: str) -> bool:
    """Say whether every sign in a figure may be of a currency; a figure without any fits each.

    >>> fits("12.00", "CNY"), fits("US$12.00", "CNY"), fits("$12", "HKD"), fits("CN¥12", "JPY"), fits("12 EUR", "USD")
    (True, False, True, False, False)
    """
    return all(currency in _MEANT.get(sign.upper().rstrip("."), ()) for sign in _SIGN.findall(text))
