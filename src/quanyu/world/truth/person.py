"""Who the people truly are: their parameters, their identifiers, and the campaigns they were in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from quanyu.world import naming
from quanyu.world.block import Block
from quanyu.world.lettering import Flags, Ints, Text, constant, join, text, where
from quanyu.world.market import SENSITIVITY
from quanyu.world.people import People
from quanyu.world.platform import PLATFORMS
from quanyu.world.sale import Orders
from quanyu.world.trace import sighting
from quanyu.world.truth.sale import money
from quanyu.world.vocabulary import WARES


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


def identities_truth(block: Block) -> pa.Table:
    """Return person_id, kind, value, id_key, is_shared, is_typo, evidence of all identifiers shown.

    `value` is the raw identifier (phones in E.164, mails in small letters); `id_key` is null for phones and
    mails, whose keys are hashes. Identifiers of one `evidence` group are tied together by unshared ones
    in the files: only pairs within a group can be found by anybody.
    """
    people, seen = block.people, block.sightings
    parts = []
    makers = {
        sighting.NICK: ("taobao", naming.nick(people.number)),
        sighting.ACCOUNT: ("jd", naming.account(people.number)),
        sighting.PHONE: ("phone", join("+86", text(people.phone))),
        sighting.PHONE2: ("phone", join("+86", text(people.second_phone))),
        sighting.MAIL: ("email", naming.mail(people.mail)),
        sighting.MEMBER: ("member", naming.member_no(people.number)),
        sighting.USER: ("user", naming.user(people.number)),
        sighting.OPENID: ("wechat_openid", naming.openid(people.number)),
        **{
            sighting.COOKIE + k: ("cookie", naming.cookie(np.maximum(people.device[:, k], 0)))
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
    order, group = sighting.typo_group(block.orders, seen)
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
    return {
        sighting.PHONE: people.lives_together,
        sighting.MAIL: count[mail] > 1,
        sighting.COOKIE: seen[device] > 1,
    }


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


_NOBODY = pa.schema(
    {
        "campaign_id": pa.string(), "person_id": pa.string(), "arm": pa.string(), "p_lift": pa.float64(),
        "is_caused": pa.bool_(),
    }
).empty_table()  # fmt: skip


def campaign_people_truth(block: Block) -> pa.Table:
    """Return campaign_id, person_id, arm, p_lift, is_caused for everybody in a campaign."""
    parts = [_NOBODY]
    for reached in block.reached:
        parts.append(
            pa.table(
                {
                    "campaign_id": constant(block.campaigns[reached.campaign], len(reached.person)),
                    "person_id": naming.person_id(block.people.first + reached.person),
                    "arm": where(reached.is_treated, "treated", "control"),
                    "p_lift": reached.lift,
                    "is_caused": reached.is_caused,
                }
            )
        )
    return pa.concat_tables(parts)
