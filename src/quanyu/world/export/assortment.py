"""Files about the shop itself: items, prices of the shop and of a rival, stores."""

from __future__ import annotations

import json

import numpy as np

from quanyu.world.export.dirt import Dirt
from quanyu.world.export.writer import Columns, Folder
from quanyu.world.lettering import Ints, constant, day, join, pick, text, yuan
from quanyu.world.setting import Setting
from quanyu.world.vocabulary import WARES

ITEM_DIRT = (
    Dirt("negative amount", "items", "list_price_amount", "-1.00", "item_id", 1),
    Dirt("missing id", "items", "item_id", None, n=1),
)
PRICE_DIRT = (
    Dirt("negative amount", "prices", "price_amount", "-9.90", "item_id", 3),
    Dirt("missing id", "prices", "item_id", None, n=1),
)
STORES = (
    ("104736251", "全域优选旗舰店", "taobao"),
    ("JD10288", "全域优选京东店", "jd"),
    ("DY55210", "全域优选抖音店", "douyin"),
    ("YZ7781", "全域优选微商城", "youzan"),
    ("WEB1", "全域优选官网", "own"),
)


def write_assortment(folder: Folder, setting: Setting) -> None:
    """Write items, prices and stores."""
    folder.csv("items.csv", _items(setting), dirt=ITEM_DIRT)
    for columns in _prices(setting):
        folder.csv("prices.csv", columns, dirt=PRICE_DIRT)
    n = len(STORES)
    ids, names, platforms = zip(*STORES, strict=True)
    rows = np.arange(n)
    stores = {
        "store_id": pick(ids, rows),
        "name": pick(names, rows),
        "platform": pick(platforms, rows),
        "region": constant("浙江省", n),
        "city": constant("杭州市", n),
        "opened_on": constant("2021-06-01", n),
    }
    folder.csv("stores.csv", stores)


def _items(setting: Setting) -> Columns:
    catalogue = setting.catalogue
    rows = np.arange(catalogue.n)
    attributes = [json.dumps({"规格": spec}, ensure_ascii=False) for spec in catalogue.spec]
    return {
        "item_id": pick(catalogue.item_id, rows),
        "name": pick(catalogue.name, rows),
        "category": pick([ware.name for ware in WARES], catalogue.category),
        "brand": pick(catalogue.brand, rows),
        "list_price_amount": yuan(catalogue.list_price),
        "cost_amount": yuan(catalogue.cost),
        "launched_on": day(catalogue.launched),
        "stock": text(catalogue.stock),
        "attributes": pick(attributes, rows),
    }


def _prices(setting: Setting) -> list[Columns]:
    """Return the weekly prices: what the shop asks, and what a rival asks for the same."""
    shop, catalogue = setting.shop, setting.catalogue
    random = shop.random("prices")
    weeks = -(-shop.days // 7)
    week = np.repeat(np.arange(weeks), catalogue.n)
    item = np.tile(np.arange(catalogue.n), weeks)
    sold = catalogue.launched[item] <= shop.first_day + week * 7
    week, item = week[sold], item[sold]
    own = catalogue.sale_price(item, week, setting.calendar.cut[week * 7])
    level = random.normal(0, 0.08, catalogue.n)[item] + random.normal(0, 0.04, len(item))
    rival = np.maximum(np.round(own * np.exp(level) / 10).astype(np.int64) * 10, 100)
    return [
        _seen(setting, week, item, own, ("own", "sale")),
        _seen(setting, week, item, rival, ("竞店A", "competitor")),
    ]


def _seen(setting: Setting, week: Ints, item: Ints, price: Ints, words: tuple[str, str]) -> Columns:
    n = len(item)
    return {
        "item_id": pick(setting.catalogue.item_id, item),
        "seller": constant(words[0], n),
        "observed_at": join(day(setting.shop.first_day + week * 7), " 00:30:00"),
        "price_amount": yuan(price),
        "kind": constant(words[1], n),
    }
