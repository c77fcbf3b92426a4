"""What traits say of a person, in the shape of `members`; what cannot be read is left out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from quanyu.tables.text.mail import email
from quanyu.tables.text.phone import e164

SEXES: Mapping[str, str] = {
    **dict.fromkeys(("f", "female", "woman", "女", "女士"), "female"),
    **dict.fromkeys(("m", "male", "man", "男", "先生"), "male"),
    **dict.fromkeys(("other", "其他"), "other"),
}
Reader = Callable[[str, str], Any]


def _text(text: str, _: str) -> str | None:
    return text.strip()[:500] or None


def _sex(text: str, _: str) -> str | None:
    return SEXES.get(text.strip().lower())


def _day(text: str, _: str) -> dt.date | None:
    match = re.match(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)", text)
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


TRAITS: Mapping[str, tuple[tuple[str, ...], Reader]] = {
    "name": (("name", "full_name", "fullName", "姓名"), _text),
    "phone": (("phone", "mobile", "phone_number", "手机", "手机号"), e164),
    "email": (("email", "mail", "邮箱"), email),
    "sex": (("gender", "sex", "性别"), _sex),
    "born_on": (("birthday", "born_on", "birth_date", "生日"), _day),
    "region": (("region", "province", "state", "省份"), _text),
    "city": (("city", "城市"), _text),
    "language": (("language", "locale"), _text),
    "joined_on": (("createdAt", "created_at", "joined_on", "signup_date", "注册时间"), _day),
    "member_tier": (("member_tier", "tier", "level", "vip_level", "会员等级"), _text),
    "member_no": (("member_no", "member_id", "会员号"), _text),
}
"""Columns by the names that trackers give them, and how each is read in the country of the shop."""


def member_row(traits: Mapping[str, Any], country: str) -> dict[str, Any]:
    """Return what traits say by column; nothing where they say nothing of the kind.

    >>> member_row({"$name": "李雷", "gender": "男", "phone": 13812345678, "colour": "red"}, "CN")
    {'name': '李雷', 'phone': '+8613812345678', 'sex': 'male'}
    """
    said = {name.removeprefix("$"): value for name, value in traits.items()}
    place = said.get("address")
    if isinstance(place, Mapping):
        said = {**place, **said}
    found: dict[str, Any] = {}
    for column, (names, read) in TRAITS.items():
        told = next((said[name] for name in names if said.get(name) not in (None, "")), None)
        if isinstance(told, (str, int, float)) and not isinstance(told, bool):
            found[column] = read(str(told), country)
    if isinstance(place, str):
        found["address"] = _text(place, country)
    return {column: value for column, value in found.items() if value is not None}
