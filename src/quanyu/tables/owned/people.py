"""Who people are: what sources say of them, their identifiers, and what they agreed to. Owned by the stage collect."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanyu.tables.column import ID_KEY, SOURCE
from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.text import Text

SEXES: tuple[Text, ...] = ("female", "male", "other")
ACTIONS: tuple[Text, ...] = ("create", "merge", "split", "join", "forbid", "refuse")
"""What the identity log tells of: persons made, merged and split, and what people decided about them."""

MARKETING, PERSONALISATION = "marketing", "personalisation"
PURPOSES: Mapping[str, Text] = MappingProxyType(
    {
        MARKETING: "Offers and news",
        PERSONALISATION: "A choice made for you by what you bought and looked at",
    }
)
"""What people can agree to and refuse, as they are told it."""
ALL_CHANNELS = "all"
"""Stands in the place of a channel for all of them."""

MEMBERS = Table(
    "members", "collect", "会员资料", "Members", "person as one source knows them", ("source", "id_key"),
    (
        C("id_key", "text", "标识", "Identifier", is_required=True, privacy="pseudonym"),
        SOURCE,
        C("member_no", "text", "会员号", "Member no.", privacy="pseudonym"),
        C("name", "text", "姓名", "Name", privacy="personal"),
        C("phone", "text", "手机", "Phone", privacy="personal"),
        C("email", "text", "邮箱", "E-mail", privacy="personal"),
        C("sex", "text", "性别", "Sex", allowed=SEXES),
        C("born_on", "day", "生日", "Born on", privacy="personal", earliest="1900-01-01"),
        C("region", "text", "省份", "Region"),
        C("city", "text", "城市", "City"),
        C("address", "text", "地址", "Address", privacy="personal"),
        C("language", "text", "语言", "Language"),
        C("time_zone", "text", "时区", "Time zone"),
        C("joined_on", "day", "入会日", "Joined on"),
        C("member_tier", "text", "等级", "Tier"),
        C("is_personalised", "flag", "个性化", "Personalised"),
        C("seen_at", "time", "采集时间", "Seen at"),
    ),
    is_input=True,
)  # fmt: skip

LINKS = Table(
    "links", "collect", "标识关联", "Links", "pair of identifiers seen together", ("source", "id_key", "other_key"),
    (
        C("id_key", "text", "标识", "Identifier", is_required=True, privacy="pseudonym"),
        C("other_key", "text", "另一标识", "Other identifier", is_required=True, privacy="pseudonym"),
        SOURCE,
        C("is_verified", "flag", "已验证", "Verified", note="the platform vouches for both (login, member card)"),
        C("first_seen_at", "time", "首次出现", "First seen"),
        C("last_seen_at", "time", "最近出现", "Last seen"),
    ),
    is_input=True,
)  # fmt: skip

IDENTITIES = Table(
    "identities", "collect", "身份", "Identities", "identifier", ("id_key",),
    (
        C("id_key", "text", "标识", "Identifier", is_required=True, privacy="pseudonym"),
        C("kind", "text", "类型", "Kind", is_required=True),
        C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym"),
        C("first_seen_at", "time", "首次出现", "First seen"),
        C("last_seen_at", "time", "最近出现", "Last seen"),
    ),
)  # fmt: skip

IDENTITY_LOG = Table(
    "identity_log", "collect", "身份日志", "Identity log", "decision about identity", ("log_id",),
    (
        C("log_id", "text", "记录", "Record", is_required=True),
        C("decided_at", "time", "时间", "Decided at", is_required=True),
        C("action", "text", "动作", "Action", is_required=True,
          allowed=ACTIONS),
        C("person_id", "text", "用户", "Person", privacy="pseudonym"),
        C("other_id", "text", "另一用户", "Other person", privacy="pseudonym"),
        C("id_keys", "json", "标识", "Identifiers", privacy="pseudonym"),
        C("reason", "text", "原因", "Reason"),
        C("decided_by", "text", "操作人", "Decided by"),
    ),
    time="decided_at", is_append_only=True,
)  # fmt: skip

PEOPLE = Table(
    "people", "collect", "用户", "People", "person", ("person_id",),
    (
        C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym"),
        C("name", "text", "姓名", "Name", privacy="personal"),
        C("phone", "text", "手机", "Phone", privacy="personal"),
        C("email", "text", "邮箱", "E-mail", privacy="personal"),
        C("sex", "text", "性别", "Sex", allowed=SEXES),
        C("born_on", "day", "生日", "Born on", privacy="personal", earliest="1900-01-01"),
        C("region", "text", "省份", "Region"),
        C("city", "text", "城市", "City"),
        C("language", "text", "语言", "Language"),
        C("time_zone", "text", "时区", "Time zone"),
        C("joined_on", "day", "入会日", "Joined on"),
        C("member_tier", "text", "等级", "Tier"),
        C("is_personalised", "flag", "个性化", "Personalised"),
        C("n_identifiers", "integer", "标识数", "Identifiers", low=1),
    ),
)  # fmt: skip

CONSENTS = Table(
    "consents", "collect", "授权", "Consents", "decision", ("source", "id_key", "purpose", "channel", "decided_at"),
    (
        ID_KEY,
        C("purpose", "text", "目的", "Purpose", is_required=True),
        C("channel", "text", "渠道", "Channel", is_required=True),
        C("is_granted", "flag", "同意", "Granted", is_required=True),
        C("decided_at", "time", "时间", "Decided at", is_required=True),
        SOURCE,
        C("text_version", "text", "文本版本", "Text version"),
        C("proof", "text", "证明", "Proof", privacy="personal",
          note="what shows that it was given, such as a form or a call; a yes after a no to the shop itself needs one"),
    ),
    time="decided_at", is_append_only=True, is_input=True,
)  # fmt: skip

LIST_MEMBERS = Table(
    "list_members", "collect", "名单", "Uploaded lists", "identifier on a list", ("list_id", "id_key"),
    (
        C("list_id", "text", "名单", "List", is_required=True),
        C("id_key", "text", "标识", "Identifier", is_required=True, privacy="pseudonym"),
        C("listed_at", "time", "加入时间", "Listed at", is_required=True),
    ),
)  # fmt: skip
