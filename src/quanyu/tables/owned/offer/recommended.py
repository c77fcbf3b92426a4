"""What is recommended to whom, and how well each way of recommending foresees what people buy. Owned by the stage decide."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanyu.tables.contract import Column as C
from quanyu.tables.contract import Table
from quanyu.text import Text

RECOMMENDERS_KNOWN: Mapping[str, Text] = MappingProxyType(
    {
        "popular": "What most people bought lately",
        "together": "What goes with what they have",
        "recent": "What goes with what they had last, and what comes next",
        "linear": "All items weighed together, the newest most",
    }
)
"""The ways of recommending, by the word that tables keep."""
SOURCES: Mapping[str, Text] = MappingProxyType({**RECOMMENDERS_KNOWN, "linked": "Who had one had the other"})
"""Where an item of a list comes from, by the word that tables and programs know."""
UNUSED: Mapping[str, Text] = MappingProxyType(
    {
        "too_few_people": "Too few people bought anything new lately to tell which is better",
        "too_large": "It would take more memory or time than the settings allow",
    }
)
"""Why a way of recommending was not judged, by the word in `reason`."""

_AS_OF = C("as_of", "day", "截至", "As of", is_required=True)
_PLACE = C("place", "integer", "名次", "Place", is_required=True, low=1)
_MODEL = C(
    "model", "text", "推荐方式", "Way of recommending", is_required=True, allowed=tuple(RECOMMENDERS_KNOWN)
)

RECOMMENDATIONS = Table(
    "recommendations", "decide", "推荐", "Recommendations", "person and place", ("person_id", "place"),
    (
        C("person_id", "text", "用户", "Person", is_required=True, privacy="pseudonym"),
        _PLACE,
        C("item_id", "text", "商品", "Item", is_required=True, refers="items.item_id"),
        C("score", "number", "得分", "Score", note="comparable within a person only"),
        _MODEL,
        _AS_OF,
    ),
)  # fmt: skip

ITEM_LINKS = Table(
    "item_links", "decide", "商品关联", "Item links", "item and place", ("item_id", "place"),
    (
        C("item_id", "text", "商品", "Item", is_required=True, refers="items.item_id"),
        _PLACE,
        C("other_id", "text", "关联商品", "Other item", is_required=True, refers="items.item_id"),
        C("score", "number", "关联度", "Score", note="cosine of who had both, shrunk where few had"),
        C("n_people", "integer", "共有人数", "People with both", low=0, unit="person"),
        _AS_OF,
    ),
)  # fmt: skip

POPULAR_ITEMS = Table(
    "popular_items", "decide", "热门商品", "Popular items", "place", ("place",),
    (
        _PLACE,
        C("item_id", "text", "商品", "Item", is_required=True, refers="items.item_id"),
        C("n_people", "integer", "购买人数", "Buyers", low=0, unit="person", note="of the last days that count"),
        _AS_OF,
    ),
)  # fmt: skip

RECOMMENDERS = Table(
    "recommenders", "decide", "推荐方式评估", "Ways of recommending", "way of recommending", ("model",),
    (
        _MODEL,
        C("is_chosen", "flag", "已采用", "Chosen", is_required=True),
        C("reason", "text", "未评估原因", "Why not judged", allowed=("", *UNUSED)),
        C("n_people", "integer", "评估人数", "People", low=0, unit="person", note="who bought something new in the last days"),
        C("hit_rate", "number", "命中率", "Hit rate", low=0, high=1, note="share of people who bought one of the ten foremost"),
        C("recall", "number", "召回率", "Recall", low=0, high=1),
        C("ndcg", "number", "NDCG", "NDCG", low=0, high=1, note="of the ten foremost; the best way is chosen by it"),
        C("coverage", "number", "覆盖率", "Coverage", low=0, high=1, note="share of all items in some list"),
        C("novelty", "number", "新颖度", "Novelty", note="mean of -log2 of the share of people who had an item"),
        C("popularity", "number", "热门倾向", "Popularity", low=0, note="of what is listed, to that of what was bought"),
        _AS_OF,
        C("fit_id", "text", "模型", "Fit"),
    ),
)  # fmt: skip

RECOMMENDED = (RECOMMENDATIONS, ITEM_LINKS, POPULAR_ITEMS, RECOMMENDERS)
