"""Member files: what member cards, site accounts and WeChat say about people, their links and consents."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow.compute as pc

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.export.dirt import Dirt
from quanyu.world.export.writer import Columns, Folder
from quanyu.world.lettering import Flags, Ints, Text, constant, day, join, pick, stamp, text, where
from quanyu.world.people import MAX_DEVICES
from quanyu.world.setting import Setting
from quanyu.world.shop import DAY
from quanyu.world.trace import sighting
from quanyu.world.vocabulary import NICKNAMES

TIERS = ("普通", "银卡", "金卡", "黑金")
KEYS: dict[int, tuple[str, Callable[[Ints], Text]]] = {
    sighting.MEMBER: ("member:", naming.member_no),
    sighting.USER: ("user:", naming.user),
    sighting.OPENID: ("wechat_openid:", naming.openid),
}
DIRT = (Dirt("bad date", "members", "joined_on", "2026-13-45", "member_no", 1),)


def key_of(block: Block, kind: int, person: Ints) -> Text:
    """Return the id_key of people in one of `KEYS`."""
    prefix, name = KEYS[kind]
    return join(prefix, name(block.people.first + person))


def write_members(folder: Folder, setting: Setting, block: Block) -> None:
    """Write members, links and consents."""
    for kind, flags in (
        (sighting.MEMBER, block.people.is_member),
        (sighting.USER, block.people.has_account),
        (sighting.OPENID, block.people.has_openid),
    ):
        person = np.flatnonzero(flags)
        folder.csv(
            "members.csv",
            _members(setting, block, kind, person),
            dirt=DIRT if kind == sighting.MEMBER else (),
        )
    _write_links(folder, setting, block)
    _write_consents(folder, setting, block)


def _members(setting: Setting, block: Block, kind: int, person: Ints) -> Columns:
    people, seen = block.people, block.sightings
    n = len(person)
    has_phone = {
        sighting.MEMBER: seen.member_has_phone,
        sighting.USER: seen.account_has_phone,
        sighting.OPENID: seen.openid_has_phone,
    }[kind][person]
    has_mail = {
        sighting.MEMBER: seen.member_has_mail,
        sighting.USER: people.has_account,
        sighting.OPENID: np.zeros(people.n, dtype=bool),
    }[kind][person]
    is_card = kind == sighting.MEMBER
    none = where(np.zeros(n, dtype=bool), "", None)
    phone, token = text(people.phone[person]), people.mail[person]
    tidy = where(
        person % 7 == 0,
        join("+86 ", phone),
        where(
            person % 7 == 1,
            join(
                pc.utf8_slice_codeunits(phone, 0, 3),
                "-",
                pc.utf8_slice_codeunits(phone, 3, 7),
                "-",
                pc.utf8_slice_codeunits(phone, 7),
            ),
            phone,
        ),
    )
    name = (
        naming.full_name(people, person)
        if is_card
        else pick(NICKNAMES, people.given[person] % len(NICKNAMES))
        if kind == sighting.OPENID
        else none
    )
    tier = np.minimum((people.rate[person] * 60).astype(np.int64), 3)
    return {
        "id_key": key_of(block, kind, person),
        "member_no": naming.member_no(people.first + person) if is_card else none,
        "name": name if is_card else none,
        "phone": where(has_phone, tidy, None),
        "email": where(has_mail, naming.untidy_mail(token, person), None),
        "sex": where(people.is_female[person], "female", "male") if is_card else none,
        "born_on": day(people.born[person]) if is_card else none,
        "region": naming.province(people, person) if is_card else none,
        "city": naming.city(people, person) if is_card else none,
        "address": naming.street(people, person) if is_card else none,
        "language": constant("zh", n),
        "time_zone": constant("Asia/Shanghai", n),
        "joined_on": day(people.joined[person]),
        "member_tier": pick(TIERS, tier) if is_card else none,
        "is_personalised": where(people.given[person] % 50 > 0, "true", "false"),
        "seen_at": constant(f"{setting.shop.ends_on} 08:00:00", n),
    }


def _write_links(folder: Folder, setting: Setting, block: Block) -> None:
    people, seen = block.people, block.sightings
    used = seen.is_seen[:, sighting.COOKIE :] & seen.is_login_device
    person, device = np.nonzero(used)
    parts: list[tuple[Text, Text, Ints]] = [
        (
            join("cookie:", naming.cookie(people.device[person, device])),
            key_of(block, sighting.USER, person),
            person,
        )
    ]
    for kind, flags in ((sighting.USER, people.has_account), (sighting.OPENID, people.has_openid)):
        both = np.flatnonzero(flags & people.is_member)
        parts.append((key_of(block, kind, both), key_of(block, sighting.MEMBER, both), both))
    for id_key, other, who in parts:
        first = np.maximum(people.joined[who], setting.shop.first_day) * DAY + 10 * 3_600
        columns = {
            "id_key": id_key,
            "other_key": other,
            "is_verified": constant("true", len(who)),
            "first_seen_at": stamp(first),
            "last_seen_at": constant(f"{setting.shop.ends_on} 07:30:00", len(who)),
        }
        folder.csv("links.csv", columns)


def _write_consents(folder: Folder, setting: Setting, block: Block) -> None:
    random = setting.shop.random("consents", block.number)
    members = np.flatnonzero(block.people.is_member)
    last = setting.shop.first_day + setting.shop.days - 1
    for channel, share in (("sms", 0.85), ("mail", 0.6), ("wechat", 0.9)):
        joined = block.people.joined[members]
        if block.before is None:
            agreed = random.random(len(members)) < share
            folder.csv("consents.csv", _decisions(block, members, channel, agreed, joined))
            gone = members[random.random(len(members)) < 0.05]
            when = np.minimum(block.people.joined[gone] + random.integers(1, 400, len(gone)), last)
        else:
            gone = members[random.random(len(members)) < 0.0001 * setting.shop.days]
            when = setting.shop.first_day + random.integers(0, setting.shop.days, len(gone))
        folder.csv("consents.csv", _decisions(block, gone, channel, np.zeros(len(gone), dtype=bool), when))


def _decisions(block: Block, person: Ints, channel: str, granted: Flags, on: Ints) -> Columns:
    n = len(person)
    source = where(granted, "入会页", "短信退订") if channel == "sms" else constant("偏好设置", n)
    return {
        "id_key": key_of(block, sighting.MEMBER, person),
        "purpose": constant("marketing", n),
        "channel": constant(channel, n),
        "is_granted": where(granted, "true", "false"),
        "decided_at": join(day(on), where(granted, " 10:00:00", " 11:00:00")),
        "source": source,
        "text_version": constant("2025-01", n),
    }


__all__ = ["MAX_DEVICES", "key_of", "write_members"]
