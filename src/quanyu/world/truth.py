"""What was planted, as Arrow tables: to compare with what a system finds, never to be read by a method."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.campaign import CAMPAIGNS, WINDOW_DAYS
from quanyu.world.catalogue import SENSITIVITY
from quanyu.world.lettering import Flags, Ints, Text, constant, day, join, pick, text, utc, where
from quanyu.world.media import CHANNELS
from quanyu.world.orders import STATUSES, TAOBAO, Orders
from quanyu.world.people import PLATFORMS, People
from quanyu.world.placement import Placements
from quanyu.world.purchase import CAUSES
from quanyu.world.setting import Setting
from quanyu.world.sighting import ACCOUNT, COOKIE, MAIL, MEMBER, NICK, OPENID, PHONE, PHONE2, USER, typo_group
from quanyu.world.vocabulary import WARES

_CENT = Decimal("0.01")
LAYOUTS = (
    "taobao_orders_classic",
    "jd_orders",
    "douyin_orders",
    "youzan_orders",
    "shopify_orders",
    "taobao_orders_new",
)


def money(fen: Ints) -> pa.Array:
    """Return fen as exact yuan, decimal(18, 2)."""
    cents = pa.array(fen.astype(np.int64)).cast(pa.decimal128(19, 0))
    return pc.multiply(cents, pa.scalar(_CENT, pa.decimal128(3, 2))).cast(pa.decimal128(18, 2))


def layout_of(orders: Orders) -> Ints:
    """Return which of `LAYOUTS` shows each order."""
    return np.where((orders.platform == TAOBAO) & orders.is_renamed, len(LAYOUTS) - 1, orders.platform)


def people_truth(block: Block) -> pa.Table:
    """Return person_id, the planted parameters, and what the person truly bought."""
    people, orders = block.people, block.orders
    sale = orders.is_sale
    person = orders.person
    taste = pa.FixedSizeListArray.from_arrays(pa.array(people.taste.ravel()), len(WARES))
    preference = pa.FixedSizeListArray.from_arrays(pa.array(people.preference.ravel()), len(PLATFORMS))
    return pa.table(
        {
            "person_id": naming.person_id(people.number),
            "arrived_on_day": people.arrived,
            "rate": people.rate,
            "leave_rate": people.leave,
            "is_visitor": people.is_visitor,
            "price_sensitivity": np.array(SENSITIVITY)[people.sensitivity],
            "media_pull": people.media_pull,
            "session_rate": people.session_rate,
            "taste": taste,
            "preference": preference,
            "household": where(people.lives_together, text(people.household + people.first), None),
            "sex": where(people.is_female, "female", "male"),
            "born_on": pa.array(people.born.astype("int32")).cast(pa.date32()),
            "region": naming.province(people, np.arange(people.n)),
            "is_member": people.is_member,
            "n_orders": np.bincount(person, minlength=people.n),
            "n_sales": np.bincount(person[sale], minlength=people.n),
            "n_base_orders": np.bincount(person[orders.cause == 0], minlength=people.n),
            "net_amount": money(np.bincount(person, orders.net, minlength=people.n)),
            "last_sale_on": pa.array(
                _last(orders, people.n, sale), mask=np.bincount(person[sale], minlength=people.n) == 0
            ).cast(pa.date32()),
        }
    )


def _last(orders: Orders, n: int, sale: Flags) -> pa.Array:
    last = np.zeros(n, dtype=np.int32)
    np.maximum.at(last, orders.person[sale], (orders.ordered[sale] // 86_400).astype(np.int32))
    return last


def orders_truth(block: Block) -> pa.Table:
    """Return every order once: platform, number, true person, cause, money, state.

    `is_known` says that its file shows an identifier of the buyer.
    """
    orders, people = block.orders, block.people
    rows = np.arange(orders.n)
    gross, net = money(orders.gross), money(orders.net)
    renamed = layout_of(orders) == len(LAYOUTS) - 1
    is_known = ~renamed & ~((orders.platform == 2) & (block.sightings.phone == 0))
    return pa.table(
        {
            "platform": pick(PLATFORMS, orders.platform),
            "layout": pick(LAYOUTS, layout_of(orders)),
            "order_id": naming.order_id(orders, rows),
            "person_id": naming.person_id(people.first + orders.person),
            "cause": pick(CAUSES, orders.cause),
            "ordered_at": utc(orders.ordered),
            "paid_at": pa.array(utc(orders.paid_at)),
            "status": pick(STATUSES, orders.status),
            "is_sale": orders.is_sale,
            "gross_amount": gross,
            "discount_amount": money(orders.discount),
            "shipping_amount": money(orders.shipping),
            "paid_amount": money(orders.paid),
            "refund_amount": money(np.where(orders.was_paid, orders.refund, 0)),
            "net_amount": net,
            "cost_amount": money(orders.cost),
            "n_lines": orders.n_lines,
            "n_items": orders.n_items,
            "is_presale": orders.is_presale,
            "is_known": is_known,
        }
    )


def identities_truth(block: Block) -> pa.Table:
    """Return person_id, kind, value, id_key, is_shared, is_typo, evidence of all identifiers shown.

    `value` is the raw identifier (phones in E.164, mails in small letters); `id_key` is null for phones and
    mails, whose keys are hashes. Identifiers of one `evidence` group are tied together by unshared ones
    in the files: only pairs within a group can be found by anybody.
    """
    people, seen = block.people, block.sightings
    parts = []
    makers = {
        NICK: ("taobao", naming.nick(people.number)),
        ACCOUNT: ("jd", naming.account(people.number)),
        PHONE: ("phone", join("+86", text(people.phone))),
        PHONE2: ("phone", join("+86", text(people.second_phone))),
        MAIL: ("email", naming.mail(people.mail)),
        MEMBER: ("member", naming.member_no(people.number)),
        USER: ("user", naming.user(people.number)),
        OPENID: ("wechat_openid", naming.openid(people.number)),
        **{
            COOKIE + k: ("cookie", naming.cookie(np.maximum(people.device[:, k], 0)))
            for k in range(people.device.shape[1])
        },
    }
    shared = _shared(people)
    for kind, (name, value) in makers.items():
        rows = np.flatnonzero(seen.is_seen[:, kind])
        flags = shared[kind][rows] if kind in shared else np.zeros(len(rows), dtype=bool)
        parts.append(
            _identities(
                people, rows, (name, value.take(pa.array(rows))), (flags, False), seen.evidence[rows, kind]
            )
        )
    order, group = typo_group(block.orders, seen)
    wrong = join("+86", text(seen.phone[order]))
    parts.append(
        _identities(
            people,
            block.orders.person[order],
            ("phone", wrong),
            (np.zeros(len(order), dtype=bool), True),
            group,
        )
    )
    return pa.concat_tables(parts)


def _shared(people: People) -> dict[int, Flags]:
    _, mail, count = np.unique(people.mail, return_inverse=True, return_counts=True)
    _, device, seen = np.unique(people.device[:, 0], return_inverse=True, return_counts=True)
    return {PHONE: people.lives_together, MAIL: count[mail] > 1, COOKIE: seen[device] > 1}


def _identities(
    people: People, rows: Ints, named: tuple[str, Text], flags: tuple[Flags, bool], group: Ints
) -> pa.Table:
    kind, value = named
    shared, is_typo = flags
    person = naming.person_id(people.first + rows)
    is_open = kind not in ("phone", "email")
    key = join(f"{kind}:", value) if is_open else where(np.zeros(len(rows), dtype=bool), "", None)
    return pa.table(
        {
            "person_id": person,
            "kind": constant(kind, len(rows)),
            "value": value,
            "id_key": key,
            "is_shared": shared,
            "is_typo": np.full(len(rows), is_typo),
            "evidence": join(person, "/", text(group)),
        }
    )


def campaign_people_truth(block: Block) -> pa.Table:
    """Return campaign_id, person_id, arm, p_lift, is_caused for everybody in a campaign."""
    parts = []
    for one in block.reached:
        parts.append(
            pa.table(
                {
                    "campaign_id": constant(CAMPAIGNS[one.campaign].name, len(one.person)),
                    "person_id": naming.person_id(block.people.first + one.person),
                    "arm": where(one.is_treated, "treated", "control"),
                    "p_lift": one.lift,
                    "is_caused": one.is_caused,
                }
            )
        )
    return pa.concat_tables(parts)


def campaigns_truth(setting: Setting, people: pa.Table) -> pa.Table:
    """Return one row per campaign with its days, sizes and mean true lift, from everybody in it."""
    shop = setting.shop
    sums = people.group_by("campaign_id").aggregate(
        [("p_lift", "mean"), ("p_lift", "count"), ("is_caused", "sum")]
    )
    found = {row["campaign_id"]: row for row in sums.to_pylist()}
    treated = (
        people.filter(pc.equal(people["arm"], "treated"))
        .group_by("campaign_id")
        .aggregate([("p_lift", "count")])
    )
    n_treated = {row["campaign_id"]: row["p_lift_count"] for row in treated.to_pylist()}
    rows = [
        {
            "campaign_id": one.name,
            "title": one.title,
            "channel": one.channel,
            "starts_on": day(np.array([shop.first_day + int(one.at * shop.days)]))[0].as_py(),
            "window_days": WINDOW_DAYS,
            "n_people": found.get(one.name, {}).get("p_lift_count", 0),
            "n_treated": n_treated.get(one.name, 0),
            "lift": found.get(one.name, {}).get("p_lift_mean"),
            "n_caused": found.get(one.name, {}).get("is_caused_sum", 0),
        }
        for one in CAMPAIGNS
    ]
    return pa.Table.from_pylist(rows)


def channels_truth(
    setting: Setting, placements: tuple[Placements, ...], caused: Ints, revenue: Ints
) -> pa.Table:
    """Return one row per paid channel: its planted response, true effect, what its file claims."""
    rows = [
        {
            "channel": channel.name,
            "platform": PLATFORMS[channel.platform],
            "medium": channel.medium,
            "carry_over": channel.carry,
            "half_saturation": channel.half,
            "slope": channel.slope,
            "strength": channel.strength,
            "intent_rate": channel.intent_rate,
            "window_days": channel.window_days,
            "cost_amount": int(placed.cost.sum()) / 100,
            "n_clicks": int(placed.clicks.sum()),
            "n_impressions": int(placed.impressions.sum()),
            "expected_incremental_orders": float(expected.sum()),
            "incremental_orders": int(caused[1 + number]),
            "incremental_net_amount": int(revenue[1 + number]) / 100,
            "claimed_orders": int(placed.orders.sum()),
            "claimed_revenue_amount": int(placed.revenue.sum()) / 100,
        }
        for number, (channel, placed, expected) in enumerate(
            zip(CHANNELS, placements, setting.media.orders, strict=True)
        )
    ]
    return pa.Table.from_pylist(rows)


def media_truth(setting: Setting) -> pa.Table:
    """Return spend and expected true orders per channel and day."""
    shop = setting.shop
    days = np.tile(shop.first_day + np.arange(shop.days), len(CHANNELS)).astype("int32")
    return pa.table(
        {
            "channel": pick([one.name for one in CHANNELS], np.repeat(np.arange(len(CHANNELS)), shop.days)),
            "on": pa.array(days).cast(pa.date32()),
            "cost_amount": setting.media.spend.ravel(),
            "incremental_orders": setting.media.orders.ravel(),
        }
    )


def items_truth(setting: Setting) -> pa.Table:
    """Return the planted quality, popularity and price response of every item."""
    catalogue = setting.catalogue
    wares = [WARES[number] for number in catalogue.category.tolist()]
    return pa.table(
        {
            "item_id": pa.array(catalogue.item_id),
            "category": pa.array([ware.name for ware in wares]),
            "quality": catalogue.quality,
            "popularity": catalogue.popularity,
            "elasticity": pa.array([ware.elasticity for ware in wares]),
        }
    )


def calendar_truth(setting: Setting) -> pa.Table:
    """Return demand, price cut and festival phase of every day."""
    shop, calendar = setting.shop, setting.calendar
    names = [""] * shop.days
    for phase, first, last in calendar.spans:
        for at in range(max(calendar.index(first), 0), min(calendar.index(last) + 1, shop.days)):
            names[at] = f"{phase.festival} {phase.name}"
    days = (shop.first_day + np.arange(shop.days)).astype("int32")
    return pa.table(
        {
            "on": pa.array(days).cast(pa.date32()),
            "demand": calendar.demand,
            "cut": calendar.cut,
            "phase": pa.array(names),
        }
    )


TOTALS = (
    "n_orders",
    "n_sales",
    "n_lines",
    "n_items",
    "gross",
    "net",
    "sales_gross",
    "sales_discount",
    "sales_shipping",
    "sales_paid",
    "sales_refund",
)


def totals_of(block: Block) -> Ints:
    """Return the sums of a block by [layout, total]; money in fen."""
    orders = block.orders
    sale = orders.is_sale
    values = (
        np.ones(orders.n),
        sale,
        orders.n_lines,
        orders.n_items,
        orders.gross,
        orders.net,
        orders.gross * sale,
        orders.discount * sale,
        orders.shipping * sale,
        orders.paid * sale,
        orders.refund * sale,
    )
    layout = layout_of(orders)
    sums = [np.bincount(layout, value, minlength=len(LAYOUTS)) for value in values]
    return np.array(sums).T.round().astype(np.int64)


def totals_truth(sums: Ints) -> pa.Table:
    """Return the sums of every order file: what a load must arrive at, as far as the file shows it.

    `gross_amount` is of all orders; the `sales_` sums are of sales alone, because platforms differ in what
    they write for orders that were cancelled. Youzan shows neither lines nor gross amounts.
    """
    columns = {"layout": pa.array(LAYOUTS), "platform": pa.array([*PLATFORMS, "taobao"])}
    for number, name in enumerate(TOTALS):
        is_count = name.startswith("n_")
        columns[name if is_count else f"{name}_amount"] = (
            pa.array(sums[:, number]) if is_count else money(sums[:, number])
        )
    return pa.table(columns)
