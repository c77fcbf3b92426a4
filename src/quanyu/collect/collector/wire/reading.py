"""What all formats share when a message is read: who, by which name, once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from quanyu.collect.collector.message import Message, Unusable
from quanyu.collect.collector.wire.body import MalformedError
from quanyu.collect.kind import kind_spelled
from quanyu.tables.text.mask import masked

LONGEST_ID, LONGEST_NAME, SHOWN = 255, 200, 2000
NOBODY = frozenset(
    {
        "null", "undefined", "none", "nil", "nan", "true", "false", "0", "-1", "[object object]", "anonymous", "guest", "unknown",
        "distinct_id", "distinctid", "userid", "user_id", "id", "email", "not_authenticated", "00000000-0000-0000-0000-000000000000",
    }
)  # fmt: skip
"""What clients send as an identifier when they have none: whoever takes it for one makes one person of thousands."""
TOLD = frozenset(
    {
        "phone", "email", "member", "crm", "wechat_unionid", "wechat_openid", "wecom_customer", "douyin_openid", "alipay",
        "oaid", "idfa", "imei", "gaid",
    }
)  # fmt: skip
"""Kinds of identifiers that traits of a person are taken for."""

_ENCODER = msgspec.json.Encoder(order="deterministic")


def identifier(value: Any) -> str:
    """Return an identifier as text, "" where there is none; raise `MalformedError` for what cannot be one.

    >>> identifier(17), identifier(17.0), identifier(" a1 "), identifier("undefined"), identifier(None)
    ('17', '17', 'a1', '', '')
    """
    if value is None or value == "" or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, (str, int)):
        raise MalformedError("An identifier is neither a text nor a whole number.")
    text = str(value).strip()
    if len(text) > LONGEST_ID:
        raise MalformedError("An identifier is too long: it has more than 255 letters.")
    return "" if text.casefold() in NOBODY else text


def those(**ids: Any) -> dict[str, str]:
    """Return the identifiers that there are, by kind."""
    return {kind: text for kind, value in ids.items() if (text := identifier(value))}


def told(traits: Mapping[str, Any]) -> dict[str, str]:
    """Return the identifiers among the traits of a person.

    >>> told({"email": "li@example.com", "手机号": 13812345678, "age": 30})
    {'email': 'li@example.com', 'phone': '13812345678'}
    """
    found = dict[str, str]()
    for name, value in traits.items():
        kind = kind_spelled(name.removeprefix("$"))
        if kind in TOLD and isinstance(value, (str, int)) and (text := identifier(value)):
            found.setdefault(kind, text)
    return found


def name_of(value: Any) -> str:
    """Return the name of an event; raise `MalformedError` if it has none."""
    if not isinstance(value, str) or not (name := value.strip()):
        raise MalformedError("The event has no name.")
    if len(name) > LONGEST_NAME:
        raise MalformedError("The name of the event is too long: it has more than 200 letters.")
    return STANDARD.get(name) or STANDARD.get(name.lower(), name)


STANDARD: Mapping[str, str] = {
    **dict.fromkeys(("$pageview", "$AppViewScreen", "$MPViewScreen", "$screen"), "page_view"),
    **dict.fromkeys(("product viewed", "viewed product", "view_item"), "product_view"),
    **dict.fromkeys(("products searched", "view_search_results"), "search"),
    **dict.fromkeys(("product added to wishlist", "add_to_wishlist"), "favourite"),
    **dict.fromkeys(("product added", "added product"), "add_to_cart"),
    **dict.fromkeys(("product removed",), "remove_from_cart"),
    **dict.fromkeys(("checkout started", "begin_checkout"), "checkout"),
    **dict.fromkeys(("order completed", "completed order"), "purchase"),
}
"""What the formats call the events of a shop, and what they are called here."""


def mapping(value: Any) -> dict[str, Any]:
    """Return an object as it is; nothing for anything else.

    >>> mapping({"a": 1}), mapping(None), mapping([1])
    ({'a': 1}, {}, {})
    """
    return value if isinstance(value, dict) else {}


def message_id(given: Any, said: Any) -> str:
    """Return what makes a message once: what its client gave, else the hash of what it says."""
    if (
        isinstance(given, (str, int))
        and not isinstance(given, bool)
        and 0 < len(text := str(given)) <= LONGEST_ID
    ):
        return text
    return hashlib.blake2b(_ENCODER.encode(said), digest_size=16).hexdigest()


def without(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return an object without some of its fields."""
    return {name: value for name, value in said.items() if name not in names}


def each(items: Iterable[Any], read: Callable[[dict[str, Any]], Message]) -> list[Message | Unusable]:
    """Return each item as it is read; one that cannot be is kept with the reason, and costs no other."""
    found = list[Message | Unusable]()
    for item in items:
        try:
            if not isinstance(item, dict):
                raise MalformedError("The message is not a JSON object.")
            found.append(read(item))
        except MalformedError as error:
            found.append(unusable(str(error), item))
        except RecursionError:
            found.append(Unusable("The message is nested too deeply.", ""))
    return found


def unusable(reason: str, said: Any) -> Unusable:
    """Return a message that is no event."""
    return Unusable(reason, masked(_ENCODER.encode(said).decode()[:SHOWN]))
