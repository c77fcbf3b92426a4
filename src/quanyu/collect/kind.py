"""The kinds of identifiers as data: accounts, contacts that a household may share, anonymous traces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
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
    "user", "member", "crm", "taobao", "tmall", "jd", "douyin", "kuaishou", "pdd", "xiaohongshu", "youzan",
    "shopify", "amazon", "uci", "wechat_unionid", "alipay", "douyin_unionid",
)  # fmt: skip
OPEN_ACCOUNTS = ("wechat_openid", "douyin_openid", "alipay_openid", "wecom_customer")
"""One person has one of these per app, public account or company, so two of them prove nothing."""
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


SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        **{name.replace("_", ""): name for name in KINDS},
        **dict.fromkeys(
            ("tel", "telephone", "mobile", "mobilephone", "mobileno", "cell", "cellphone", "phoneno", "phonenumber", "msisdn", "sms",
             "手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "联系手机", "電話", "手機"), "phone"
        ),
        **dict.fromkeys(("mail", "emailaddress", "mailto", "邮箱", "邮件", "电子邮件", "电子邮箱", "郵箱"), "email"),
        **dict.fromkeys(("uid", "userid", "customer", "customerid", "用户"), "user"),
        **dict.fromkeys(("memberno", "memberid", "membercard", "会员", "会员号"), "member"),
        **dict.fromkeys(("unionid", "wxunionid", "wechat", "wx", "weixin", "微信"), "wechat_unionid"),
        **dict.fromkeys(("openid", "wxopenid", "weixinopenid", "微信openid"), "wechat_openid"),
        **dict.fromkeys(("externaluserid", "wecom", "企业微信客户"), "wecom_customer"),
        **dict.fromkeys(("deviceid",), "device"),
        **dict.fromkeys(("pinduoduo",), "pdd"),
        **dict.fromkeys(("xhs", "rednote", "小红书"), "xiaohongshu"),
        **dict.fromkeys(("身份证", "身份证号", "idcardno"), "id_card"),
        **dict.fromkeys(("姓名", "fullname"), "name"),
        **dict.fromkeys(("地址",), "address"),
        "name": "name",
    }
)  # fmt: skip
"""How people write the kinds, without case, blanks, dashes and underlines."""


def kind_spelled(word: str, own: Collection[str] = ()) -> str:
    """Return the kind that a word names, "" for one that nobody declared; `own` are kinds beside the usual ones.

    >>> kind_spelled(" E-Mail"), kind_spelled("手机号"), kind_spelled("emial"), kind_spelled("Lazada", ("lazada",))
    ('email', 'phone', '', 'lazada')
    """
    plain = re.sub(r"[\s_.\-]", "", unicodedata.normalize("NFKC", word)).casefold()
    names = {re.sub(r"[\s_.\-]", "", name).casefold(): name for name in own}
    return names.get(plain) or SPELLINGS.get(plain, "")


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
