"""Reviews in Chinese whose stars and words follow the quality of the item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.world.lettering import Ints, Text, join, pick, where
from quanyu.world.people import People
from quanyu.world.sale import Orders, Status
from quanyu.world.setting import Setting
from quanyu.world.shop import DAY
from quanyu.world.vocabulary import BAD, GOOD, OPENINGS, OWN_WORDS, PLAIN, WARES


@dataclass(frozen=True)
class Reviews:
    """One value per review: the order and item it is on, when (Beijing seconds), its stars and its words."""

    order: Ints
    item: Ints
    at: Ints
    score: Ints
    words: Text


def draw_reviews(setting: Setting, people: People, orders: Orders) -> Reviews:
    """Draw the reviews of a block: stars = 4.3 + 0.7 * quality + noise, held between 1 and 5."""
    shop, catalogue = setting.shop, setting.catalogue
    random = shop.random("reviews", people.first // shop.block)
    lines = orders.lines
    said_after = random.integers(3, 25, len(lines.order)) * DAY + random.integers(0, DAY, len(lines.order))
    done = np.isin(orders.status, (Status.SHIPPED, Status.COMPLETED))[lines.order] & ~lines.is_refunded
    at = orders.paid_at[lines.order] + said_after
    done &= at < (shop.first_day + shop.days) * DAY
    rows = np.flatnonzero(done & (random.random(len(lines.order)) < shop.review_rate))
    item = lines.item[rows]
    feeling = 4.3 + 0.7 * catalogue.quality[item] + random.normal(0, 0.8, len(rows))
    score = np.clip(np.round(feeling), 1, 5).astype(np.int64)
    return Reviews(lines.order[rows], item, at[rows], score, _words(catalogue.category[item], score, random))


def _words(category: Ints, score: Ints, random: np.random.Generator) -> Text:
    n = len(score)

    def draw(words: tuple[str, ...]) -> Text:
        return pick(words, random.integers(0, len(words), n))

    praise = pick([OWN_WORDS[ware.name][0] for ware in WARES], category)
    blame = pick([OWN_WORDS[ware.name][1] for ware in WARES], category)
    good = join(draw(GOOD), "，", praise, "，", draw(GOOD), "。")
    fair = join(draw(PLAIN), "，", where(random.random(n) < 0.5, praise, blame), "。")
    bad = join(draw(BAD), "，", blame, "，", draw(BAD), "！")
    return join(draw(OPENINGS), where(score >= 4, good, where(score == 3, fair, bad)))
