"""The ad reports of seven platforms, each in its own dialect."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quanyu.world.export.dirt import NO_DATE, Dirt
from quanyu.world.export.writer import BOM, GBK, Columns, Folder, Style
from quanyu.world.lettering import (
    Floats,
    Ints,
    Text,
    constant,
    day,
    decimal,
    join,
    pick,
    text,
    thousands,
    yuan,
)
from quanyu.world.market import paid_media
from quanyu.world.setting import Setting
from quanyu.world.trace import placement

Sums = dict[str, int]


def write_ads(folder: Folder, setting: Setting, placements: tuple[placement.Placements, ...]) -> None:
    """Write one report per channel."""
    for channel, rows in zip(paid_media.CHANNELS, placements, strict=True):
        REPORTS[channel.name](folder, setting, rows)


def _plan(rows: placement.Placements) -> Text:
    return pick(paid_media.CHANNELS[rows.channel].campaigns, rows.plan)


def _day(setting: Setting, rows: placement.Placements) -> Text:
    return day(setting.shop.first_day + rows.day)


def _percent(values: Floats) -> Text:
    return join(decimal(values * 100), "%")


def _fen(cost: Ints, per: Ints) -> Ints:
    return np.round(cost / np.maximum(per, 1)).astype(np.int64)


def _sums(rows: placement.Placements) -> Sums:
    names = ("cost", "impressions", "clicks", "orders", "revenue")
    return {name: int(getattr(rows, name).sum()) for name in names}


def _last_line(columns: Columns, values: dict[str, str]) -> str:
    return ",".join(f'"{values.get(name, "-")}"' for name in columns) + "\n"


def _wanxiangtai(folder: Folder, setting: Setting, rows: placement.Placements) -> None:
    n = rows.n
    direct = rows.revenue * 7 // 10
    few = rows.clicks // 12
    columns: Columns = {
        "日期": _day(setting, rows),
        "场景ID": constant("372", n),
        "场景名字": constant("关键词推广", n),
        "原二级场景ID": constant("376", n),
        "原二级场景名字": constant("标准推广", n),
        "计划ID": text(rows.plan_id),
        "计划名字": _plan(rows),
        "主体ID": text(680_000_000_000 + rows.plan * 13),
        "主体类型": constant("商品", n),
        "主体名称": constant("全店推广", n),
        "展现量": text(rows.impressions),
        "点击量": text(rows.clicks),
        "花费": yuan(rows.cost),
        "点击率": _percent(rows.click_rate),
        "平均点击花费": decimal(rows.cost_per_click),
        "千次展现花费": yuan(_fen(rows.cost * 1000, rows.impressions)),
        "总成交金额": yuan(rows.revenue),
        "总成交笔数": text(rows.orders),
        "直接成交金额": yuan(direct),
        "间接成交金额": yuan(rows.revenue - direct),
        "点击转化率": _percent(rows.orders / np.maximum(rows.clicks, 1)),
        "投入产出比": decimal(rows.return_on_spend),
        "总购物车数": text(few),
        "加购率": _percent(few / np.maximum(rows.clicks, 1)),
        "收藏宝贝数": text(few // 2),
        "收藏店铺数": text(few // 5),
        "总收藏加购数": text(few + few // 2),
        "宝贝收藏加购数": text(few + few // 2),
        "引导访问量": text(rows.clicks),
        "成交人数": text(rows.buyers),
        "成交新客数": text(rows.buyers // 3),
        "成交新客占比": _percent(rows.buyers // 3 / np.maximum(rows.buyers, 1)),
        "会员首购人数": text(rows.buyers // 10),
        "自然流量转化金额": constant("0.00", n),
        "总预售成交金额": constant("0.00", n),
        "含预售投产比": decimal(rows.return_on_spend),
        "优惠券领取量": constant("0", n),
    }
    dirt = (
        Dirt("bad date", "spend", "日期", "2026-13-45", n=1),
        Dirt("negative amount", "spend", "点击量", "-12", "计划ID", n=1),
    )
    folder.csv("ads/wanxiangtai.csv", columns, GBK, dirt)


def _qianchuan(folder: Folder, setting: Setting, rows: placement.Placements) -> None:
    n = rows.n
    net_orders, net = rows.orders * 9 // 10, rows.revenue * 9 // 10
    base = rows.cost * 9 // 10
    columns: Columns = {
        "日期": _day(setting, rows),
        "计划ID": text(rows.plan_id),
        "计划名称": _plan(rows),
        "整体消耗": yuan(rows.cost),
        "基础消耗": yuan(base),
        "追投调控消耗": yuan(rows.cost - base),
        "整体支付ROI": decimal(rows.return_on_spend),
        "整体成交金额": yuan(rows.revenue),
        "整体成交订单数": text(rows.orders),
        "净成交ROI": decimal(net / np.maximum(rows.cost, 1)),
        "净成交金额": yuan(net),
        "净成交订单数": text(net_orders),
        "1小时内退款率": _percent((rows.orders - net_orders) / np.maximum(rows.orders, 1)),
        "净成交金额结算率": constant("100.00%", n),
        "整体展现次数": text(rows.impressions),
        "整体点击次数": text(rows.clicks),
        "整体点击率": _percent(rows.click_rate),
        "整体转化率": _percent(rows.orders / np.maximum(rows.clicks, 1)),
    }
    sums = _sums(rows)
    total = {
        "日期": "总计",
        "整体消耗": f"{sums['cost'] / 100:.2f}",
        "整体成交金额": f"{sums['revenue'] / 100:.2f}",
        "整体成交订单数": str(sums["orders"]),
        "整体展现次数": str(sums["impressions"]),
        "整体点击次数": str(sums["clicks"]),
    }
    folder.csv("ads/qianchuan.csv", columns, Style("utf-8-sig", after=_last_line(columns, total)))


def _ocean_engine(folder: Folder, setting: Setting, rows: placement.Placements) -> None:
    n = rows.n
    columns: Columns = {
        "时间": _day(setting, rows),
        "广告计划id": join("\t", text(rows.plan_id)),
        "广告计划": _plan(rows),
        "广告组id": join("\t", constant("1690000000000001", n)),
        "广告组": constant("全域优选-信息流", n),
        "展示数": text(rows.impressions),
        "点击数": text(rows.clicks),
        "点击率(%)": decimal(rows.click_rate * 100),
        "平均点击单价(元)": decimal(rows.cost_per_click),
        "平均千次展现费用(元)": yuan(_fen(rows.cost * 1000, rows.impressions)),
        "消耗": yuan(rows.cost),
        "转化数": text(rows.orders),
        "转化成本": yuan(_fen(rows.cost, rows.orders)),
        "转化率": _percent(rows.orders / np.maximum(rows.clicks, 1)),
        "深度转化次数": text(rows.orders // 2),
    }
    sums = _sums(rows)
    total = {
        "时间": "总计",
        "展示数": str(sums["impressions"]),
        "点击数": str(sums["clicks"]),
        "消耗": f"{sums['cost'] / 100:.2f}",
        "转化数": str(sums["orders"]),
    }
    folder.csv("ads/ocean_engine.csv", columns, Style("utf-8-sig", after=_last_line(columns, total)))


def _tencent_ads(folder: Folder, setting: Setting, rows: placement.Placements) -> None:
    n = rows.n
    columns: Columns = {
        "日期": _day(setting, rows),
        "推广计划名称": _plan(rows),
        "限额(元)": constant("不限", n),
        "状态": constant("投放中", n),
        "曝光量": text(rows.impressions),
        "点击量": text(rows.clicks),
        "点击率": _percent(rows.click_rate),
        "花费(元)": yuan(rows.cost),
        "点击均价(元)": decimal(rows.cost_per_click),
    }
    folder.csv("ads/tencent_ads.csv", columns, BOM)


def _baidu_search(folder: Folder, setting: Setting, rows: placement.Placements) -> None:
    n, shop = rows.n, setting.shop
    columns: Columns = {
        "日期": _day(setting, rows),
        "推广计划": _plan(rows),
        "账户": constant("baidu-全域优选", n),
        "展现": text(rows.impressions),
        "点击": text(rows.clicks),
        "消费": yuan(rows.cost),
        "点击率": _percent(rows.click_rate),
        "平均点击价格": decimal(rows.cost_per_click),
        "网页转化": text(rows.orders),
        "商桥转化": constant("0", n),
        "电话转化": constant("0", n),
    }
    preamble = (
        f"数据生成时间：{shop.ends_on} 23:59:00\n时间范围：{shop.starts_on} 至 {shop.ends_on}\n"
        "账户：baidu-全域优选\n"
        "推广设备：全部\n报告类型：计划报告\n统计粒度：分日\n推广地域：全部\n\n"
    )
    dirt = (Dirt("bad date", "spend", "日期", NO_DATE[:10], n=1),)
    folder.csv("ads/baidu_search.csv", columns, Style("gb18030", before=preamble), dirt)


def _google_ads(folder: Folder, setting: Setting, rows: placement.Placements) -> None:
    n, shop = rows.n, setting.shop
    conversions = rows.orders.astype(np.float64)
    columns: Columns = {
        "Day": _day(setting, rows),
        "Campaign": _plan(rows),
        "Campaign ID": text(rows.plan_id),
        "Ad group": constant("Ad group 1", n),
        "Cost": thousands(rows.cost),
        "Currency code": constant("CNY", n),
        "Impr.": _commas(rows.impressions),
        "Clicks": _commas(rows.clicks),
        "CTR": _percent(rows.click_rate),
        "Avg. CPC": decimal(rows.cost_per_click),
        "Conversions": decimal(conversions),
        "Conv. value": thousands(rows.revenue),
        "Cost / conv.": yuan(_fen(rows.cost, rows.orders)),
        "Conv. value / cost": decimal(rows.return_on_spend),
    }
    sums = _sums(rows)
    total = {
        "Day": "Total: Account",
        "Cost": f"{sums['cost'] / 100:,.2f}",
        "Currency code": "CNY",
        "Impr.": f"{sums['impressions']:,}",
        "Clicks": f"{sums['clicks']:,}",
        "Conversions": f"{sums['orders']:.2f}",
        "Conv. value": f"{sums['revenue'] / 100:,.2f}",
    }
    after = "\t".join(total.get(name, " --") for name in columns) + "\n"
    before = f"Campaign performance\n{shop.starts_on:%B %d, %Y} - {shop.ends_on:%B %d, %Y}\n"
    folder.csv("ads/google_ads.csv", columns, Style("utf-16", "\t", before, after, always_quoted=False))


def _commas(values: Ints) -> Text:
    return pick([f"{value:,}" for value in values.tolist()], np.arange(len(values)))


def _meta_ads(folder: Folder, setting: Setting, rows: placement.Placements) -> None:
    n = rows.n
    when, reach = _day(setting, rows), np.maximum(rows.impressions * 3 // 4, 1)
    columns: Columns = {
        "Reporting starts": when,
        "Reporting ends": when,
        "Account ID": constant("act_2048", n),
        "Campaign name": _plan(rows),
        "Campaign ID": text(rows.plan_id),
        "Ad set name": constant("CN 18-45", n),
        "Ad set ID": text(rows.plan_id + 1),
        "Ad name": constant("Video 1", n),
        "Ad ID": text(rows.plan_id + 2),
        "Amount spent (CNY)": yuan(rows.cost),
        "Impressions": text(rows.impressions),
        "Reach": text(reach),
        "Frequency": decimal(rows.impressions / reach),
        "Clicks (all)": text(rows.clicks + rows.clicks // 8),
        "Link clicks": text(rows.clicks),
        "CTR": decimal(rows.click_rate * 100, 4),
        "CPC": decimal(rows.cost_per_click, 4),
        "CPM": yuan(_fen(rows.cost * 1000, rows.impressions)),
        "Results": text(rows.orders),
        "Result indicator": constant("actions:offsite_conversion.fb_pixel_purchase", n),
        "Purchases": text(rows.orders),
        "Purchases conversion value": yuan(rows.revenue),
        "Purchase ROAS": decimal(rows.return_on_spend, 4),
    }
    folder.csv("ads/meta_ads.csv", columns, BOM)


REPORTS: dict[str, Callable[[Folder, Setting, placement.Placements], None]] = {
    "wanxiangtai": _wanxiangtai,
    "qianchuan": _qianchuan,
    "ocean_engine": _ocean_engine,
    "tencent_ads": _tencent_ads,
    "baidu_search": _baidu_search,
    "google_ads": _google_ads,
    "meta_ads": _meta_ads,
}
"""The report of each channel by the channel's name."""
