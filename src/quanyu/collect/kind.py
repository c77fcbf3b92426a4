"""The kinds of identifiers as data: accounts, contacts that a household may share, anonymous traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import ibis
import ibis.expr.types as ir

Role = Literal["account", "contact", "anonymous"]


@dataclass(frozen=True)
class Kind:
    """One kind of identifier.

    `role` account: somebody registered it; contact: a phone or mailbox that a household may share; anonymous:
    a browser or device. `is_exclusive`: one person holds one of it, so two verified ones are two people.
    """

    name: str
    role: Role
    is_exclusive: bool = False


ACCOUNTS = (
    "user", "member", "taobao", "tmall", "jd", "douyin", "kuaishou", "pdd", "xiaohongshu", "youzan",
    "shopify", "amazon", "uci", "wechat_unionid", "alipay", "douyin_unionid",
)  # fmt: skip
OPEN_ACCOUNTS = ("wechat_openid", "douyin_openid", "alipay_openid")
"""One person has one of these per app or public account, so two of them prove nothing."""
CONTACTS = ("phone", "email", "address", "id_card")
ANONYMOUS = ("cookie", "device", "idfa", "oaid", "imei", "gaid", "ip")

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        **{name: Kind(name, "account", is_exclusive=True) for name in ACCOUNTS},
        **{name: Kind(name, "account") for name in OPEN_ACCOUNTS},
        **{name: Kind(name, "contact") for name in CONTACTS},
        **{name: Kind(name, "anonymous") for name in ANONYMOUS},
    }
)


def kind_named(name: str) -> Kind:
    """Return a kind; one that nobody declared is an account of a platform of its own.

    >>> kind_named("cookie").role, kind_named("lazada").is_exclusive
    ('anonymous', True)
    """
    return KINDS.get(name, Kind(name, "account", is_exclusive=True))


def kind_of(id_key: ir.StringValue) -> ir.StringValue:
    """Return the part of `kind:value` before the first colon."""
    return id_key.split(":")[0]


def role_of(kind: ir.StringValue) -> ir.StringValue:
    """Return the role of a kind as an expression."""
    by_role = [(kind.isin(CONTACTS), "contact"), (kind.isin(ANONYMOUS), "anonymous")]
    return ibis.cases(*by_role, else_="account")
