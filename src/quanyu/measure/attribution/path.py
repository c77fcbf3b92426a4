"""Paths: what people met before they bought, or did not buy, compressed to distinct sequences with their counts.

Every touch belongs to exactly one path. Orders of a person no further apart than `same_contact_minutes` are one
purchase. A touch belongs to the next purchase of its person if that follows within the window; touches that nothing
follows in time are a null path, which ends where the next one does not come within the window. Orders that no touch
precedes have the empty path, and so have those of unknown buyers: nothing is left out of the totals.

The engine works with one number per touch, its `order_key`: when it was, and the number of its word (channel and
campaign). Sorting by it puts touches in order on every engine the same way, and a path is a list of words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.touch import OUTCOMES, purchase, route, touch
from quanyu.method.scratch import Scratch
from quanyu.tables.settings import AttributionSettings
from quanyu.warehouse.portable import seconds
from quanyu.workspace import Workspace

LEVELS = ("channel", "campaign")
MOST_WORDS = 500
"""Campaigns that are told apart, those with the most touches; the others of a channel share the word `channel/others`."""
OTHERS = "others"
SHARE = "decimal(38, 12)"
"""Shares are added up as decimals, which is exact in any order, so that they can be taken off again."""
WORDS, PLACES = 1 << 20, 4
"""How an order key is packed: ((second * 2 + is_purchase) * PLACES + place) * WORDS + word. It stays below 2^53, so that
engines which divide as floating point divide exactly."""


@dataclass(frozen=True)
class Side:
    """People whose paths are walked up to a day; `known` are the `campaigns`, if they have been worked out.

    `sign` is -1 for people as they stood, whose paths are taken off. Paths are those of the period before the day, or of
    the days `within`: the first, and the one that follows the last.
    """

    ws: Workspace
    as_of: dt.date
    known: ir.Table | None = None
    sign: int = 1
    within: tuple[dt.date, dt.date] | None = None

    @property
    def since(self) -> dt.date:
        """The first day whose paths are walked."""
        usual = self.as_of - dt.timedelta(days=self.ws.settings.of(AttributionSettings).period_days)
        return self.within[0] if self.within else usual

    @property
    def until(self) -> dt.date:
        """The day that follows the last."""
        return self.within[1] if self.within else self.as_of


@dataclass(frozen=True)
class Steps:
    """Touches in order with what follows them, kept by the engine; and everything that was sold in the period.

    `words` holds the channel and the key of the campaign by number. Paths that end before the second `begins` are of an
    earlier period. What is of people as they stood counts as minus: `sign` is -1, and so are what they bought and the sums.
    """

    rows: ir.Table
    totals: pa.Table
    words: pa.Table
    begins: int
    half_life_days: float


@dataclass(frozen=True)
class Found:
    """The paths of one level and window: one row per path; and for each of its contacts the decayed shares."""

    level: str
    window_days: int
    rows: pa.Table
    decay: pa.Table

    @property
    def window(self) -> str:
        """The window as tables write it."""
        return f"{self.window_days}d"


def steps(sides: Sequence[Side], scratch: Scratch, longest_days: int) -> Steps:
    """Put every touch before the purchase that follows it, whatever lies between; windows are applied later.

    Seconds count from longer before the period of each side than the longest window.
    """
    ws, begins = sides[0].ws, (longest_days + 1) * touch.DAY
    spec = ws.settings.of(AttributionSettings)
    met = scratch.keep(_all(_met(side, longest_days, begins) for side in sides))
    everything = scratch.keep(_all(_sold(side, longest_days, begins) for side in sides))
    period = everything.filter(everything.is_in_period)
    totals = ws.warehouse.read(period.agg(**{name: period[name].sum() for name in (*OUTCOMES, "n_margins")}))
    bought = purchase.purchases(everything.filter(everything.person.notnull()), spec.same_contact_minutes)
    words = _words(ws, met)
    rows = _followed(scratch, met, bought, words)
    return Steps(scratch.keep(rows), totals, words, begins, spec.half_life_days)


def paths(ws: Workspace, scratch: Scratch, contacts: Steps, windows: Sequence[int]) -> list[Found]:
    """Return the paths of windows at every level, the empty path with what no touch precedes included."""
    single = scratch.keep(_all(_single(contacts, window_days) for window_days in windows))
    rows, decay = ws.warehouse.read(_compressed(single)), ws.warehouse.read(_decayed(single, contacts))
    return [
        _told(contacts, level, window_days, *(_of_window(part, window_days) for part in (rows, decay)))
        for window_days in windows
        for level in LEVELS
    ]


def _all(parts: Iterable[ir.Table]) -> ir.Table:
    tables = list(parts)
    return ibis.union(*tables) if tables[1:] else tables[0]


def _met(side: Side, longest_days: int, begins: int) -> ir.Table:
    """Return the touches of a side that a path in its period can hold."""
    rows = touch.touches(side.ws, side.as_of, side.since - dt.timedelta(days=longest_days), side.known)
    return rows.select(
        "channel",
        "campaign_id",
        "place",
        person=_person(rows, side),
        second=seconds(rows.touched_at) - _zero(side, begins),
        sign=ibis.literal(side.sign).cast("int64"),
        until=ibis.literal(_moment(side.ws, side.until) - _zero(side, begins)).cast("int64"),
    )


def _sold(side: Side, longest_days: int, begins: int) -> ir.Table:
    """Return what was sold to a side from the longest window before its period on."""
    rows = purchase.sold(side.ws, side.as_of)
    rows = rows.filter(rows.on >= ibis.literal(side.since - dt.timedelta(days=longest_days)))
    return rows.select(
        person=_person(rows, side),
        second=(rows.second - _zero(side, begins)).cast("int64"),
        is_in_period=(rows.on >= ibis.literal(side.since)) & (rows.on < ibis.literal(side.until)),
        **{name: -rows[name] if side.sign < 0 else rows[name] for name in (*OUTCOMES, "n_margins")},
    )


def _person(rows: ir.Table, side: Side) -> ir.IntegerValue:
    """Return the number of a person, another for the same one on the other side."""
    return -1 - rows.person if side.sign < 0 else rows.person


def _zero(side: Side, begins: int) -> int:
    return _moment(side.ws, side.since) - begins


def _of_window(rows: pa.Table, window_days: int) -> pa.Table:
    return rows.filter(pc.equal(rows["window_days"], window_days)).drop_columns("window_days")


def _moment(ws: Workspace, day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), ws.settings.zone).timestamp())


def _words(ws: Workspace, met: ir.Table) -> pa.Table:
    """Return channel, campaign_id, the keys of both levels, and `word`: equal campaign keys have one number."""
    cells = met.group_by("channel", "campaign_id").agg(n=met.count())
    rows = sorted(
        ws.warehouse.read(cells).to_pylist(),
        key=lambda row: (-row["n"], row["channel"], row["campaign_id"] or ""),
    )
    for place, row in enumerate(rows):
        is_told_apart = place < MOST_WORDS or row["campaign_id"] is None
        row["key"] = route.key_of(row["channel"], row["campaign_id"] if is_told_apart else OTHERS)
    number = {key: word for word, key in enumerate(sorted({row["key"] for row in rows}))}
    fields = {"channel": pa.string(), "campaign_id": pa.string(), "key": pa.string(), "word": pa.int64()}
    return pa.Table.from_pylist([row | {"word": number[row["key"]]} for row in rows], pa.schema(fields))


def _followed(scratch: Scratch, met: ir.Table, bought: ir.Table, words: pa.Table) -> ir.Table:
    """Return touches with the purchase that follows: what it brought, and `ends_at`, when it was.

    `before` is the second of the touch before, unless a purchase lies between. Purchases are numbered from 1 per
    person, so that the one after n others has the number n + 1.
    """
    known = scratch.known(
        words.select(["channel", "campaign_id", "word"]).rename_columns(["of", "named", "word"])
    )
    is_same = known.named.identical_to(met.campaign_id)
    joined = met.inner_join(known, [known.of == met.channel, is_same])
    order_key = _order_key(joined.second, 0, joined.place, joined.word)
    contacts = joined.select("person", "sign", "until", order_key=order_key)
    bought = scratch.keep(bought)
    zero = ibis.literal(0).cast("int64")
    buying = {"sign": zero, "until": zero, "order_key": _order_key(bought.second, 1, 0, 0)}
    rows = ibis.union(contacts, bought.select("person", **buying))
    rows = rows.mutate(second=_second(rows.order_key), is_purchase=_second(rows.order_key, half=1) % 2)
    in_order = ibis.window(group_by=rows.person, order_by=rows.order_key)
    upto = ibis.cumulative_window(group_by=rows.person, order_by=rows.order_key)
    # What stands before a touch is a touch of the same segment, or a purchase, which ended the segment before.
    touch = ibis.ifelse(rows.is_purchase == 1, ibis.null("int64"), rows.second)
    rows = rows.mutate(segment=rows.is_purchase.sum().over(upto) + 1, before=touch.lag().over(in_order))
    rows = rows.filter(rows.is_purchase == 0)
    ends = bought.rename(ends_at="second")
    followed = rows.left_join(ends, ["person", "segment"])
    return followed.select("person", "sign", "until", "order_key", "second", "before", "ends_at", *OUTCOMES)


def _order_key(
    second: ir.IntegerColumn, is_purchase: int, place: ir.IntegerColumn | int, word: ir.IntegerColumn | int
) -> ir.IntegerColumn:
    return ((second * 2 + is_purchase) * PLACES + place) * WORDS + word


def _second(order_key: ir.IntegerColumn, half: int = 2) -> ir.IntegerColumn:
    """Return the second of an order key; with `half=1` doubled, plus one for a purchase."""
    return (order_key // (half * PLACES * WORDS)).cast("int64")


def _single(contacts: Steps, window_days: int) -> ir.Table:
    """Return one row per path as one person took it: `order_keys` in order, `weight` of all, what it brought."""
    rows, window = contacts.rows, window_days * touch.DAY
    in_time = (rows.ends_at - rows.second <= window).fill_null(False)
    was_in_time = (rows.ends_at - rows.before <= window).fill_null(False)
    is_far = (rows.second - rows.before > window).fill_null(True)
    begins = rows.before.isnull() | (in_time & ~was_in_time) | (~in_time & is_far)
    rows = rows.mutate(is_buying=in_time, begins=begins.cast("int64"))
    upto = ibis.cumulative_window(group_by=rows.person, order_by=rows.order_key)
    rows = rows.mutate(run=rows.begins.sum().over(upto))
    single = rows.group_by("person", "run", "is_buying").agg(
        sign=rows.sign.max(),
        until=rows.until.max(),
        order_keys=rows.order_key.collect(),
        weight=_weight(rows.ends_at - rows.second, contacts).sum(),
        last=rows.second.max(),
        ends_at=rows.ends_at.max(),
        **{name: rows[name].max() for name in OUTCOMES},
    )
    end = ibis.ifelse(single.is_buying, single.ends_at, single["last"])
    single = single.filter(end >= contacts.begins, end < single.until)
    single = single.mutate(order_keys=single.order_keys.sort())
    path = single.order_keys.map(lambda order_key: order_key % WORDS)
    days = ibis.literal(window_days).cast("int64")
    return single.mutate(path=path, window_days=days).drop("person", "run", "last", "until")


def _weight(wait: ir.IntegerColumn, contacts: Steps) -> ir.FloatingColumn:
    """Return how much a touch counts so many seconds before the purchase: half as much per half-life."""
    return (wait.cast("float64") * (-0.6931471805599453 / (contacts.half_life_days * touch.DAY))).exp()


def _compressed(single: ir.Table) -> ir.Table:
    """Add up equal paths."""
    buying = single.is_buying
    rows = single.group_by("window_days", "path").agg(
        n_nulls=ibis.ifelse(buying, 0, single.sign).sum(),
        **{name: single[name].sum(where=buying) for name in OUTCOMES},
    )
    filled = {name: rows[name].fill_null(0).cast(single[name].type()) for name in OUTCOMES}
    return rows.select("window_days", "path", "n_nulls", **filled)


def _decayed(single: ir.Table, contacts: Steps) -> ir.Table:
    """Add up, per distinct path and place in it, the shares of what purchases brought."""
    bought = single.filter(single.is_buying).select(
        "window_days", "path", "weight", "ends_at", *OUTCOMES, order_key="order_keys"
    )
    spread = bought.unnest("order_key", offset="step", keep_empty=False)
    share = _weight(spread.ends_at - _second(spread.order_key), contacts) / spread.weight
    return spread.group_by("window_days", "path", step=spread.step.cast("int64")).agg(
        **{name: (share * spread[name].cast("float64")).cast(SHARE).sum() for name in OUTCOMES}
    )


def _told(contacts: Steps, level: str, window_days: int, rows: pa.Table, decay: pa.Table) -> Found:
    """Write paths as text at a level, add up those that are the same there, and add the empty path."""
    by_word = {row["word"]: row["channel"].replace(">", "›") for row in contacts.words.to_pylist()}
    keys = {row["word"]: row["key"] for row in contacts.words.to_pylist()}
    names = pa.array(
        [(by_word if level == "channel" else keys)[word] for word in range(len(keys))], pa.string()
    )
    summed = [(name, "sum") for name in OUTCOMES]
    told = _text(rows, names).group_by("path").aggregate([("n_nulls", "sum"), *summed])
    told = told.rename_columns(["path", "n_nulls", *OUTCOMES])
    kinds = pa.schema(
        [told.schema.field(name).with_type(rows.schema.field(name).type) for name in ("n_nulls", *OUTCOMES)]
    )
    told = told.cast(pa.schema([told.schema.field("path"), *kinds])).sort_by("path")
    shares = _text(decay, names).group_by(["path", "step"]).aggregate(summed)
    shares = shares.rename_columns(["path", "step", *OUTCOMES]).sort_by(
        [("path", "ascending"), ("step", "ascending")]
    )
    return Found(level, window_days, _with_rest(told, contacts.totals), shares)


def _text(rows: pa.Table, names: pa.Array) -> pa.Table:
    lists = rows["path"].combine_chunks()
    words = pa.ListArray.from_arrays(lists.offsets, names.take(lists.values))
    return rows.set_column(rows.column_names.index("path"), "path", pc.binary_join(words, route.JOIN))


def _with_rest(known: pa.Table, totals: pa.Table) -> pa.Table:
    """Add the empty path: all that was sold less what some path brought."""
    rest = {"path": pa.array([""]), "n_nulls": pa.array([0], pa.int64())}
    for name in OUTCOMES:
        kind = known.schema.field(name).type
        whole = (totals[name][0].as_py() or 0) - (pc.sum(known[name]).as_py() or 0)
        rest[name] = pa.array([whole], kind)
    return pa.concat_tables([pa.table(rest).select(known.column_names), known])
