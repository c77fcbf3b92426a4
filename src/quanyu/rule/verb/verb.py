"""What people do, as verbs: which rows of which table they are, and when they happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ibis.expr.datatypes import DataType

from quanyu.rule.tree import Apply, Did, Literal, Name, Node
from quanyu.tables.contract import Table
from quanyu.tables.owned.acted import DELIVERIES, RESPONSES
from quanyu.tables.owned.collected import EVENTS, FEEDBACK, ITEMS, ORDER_LINES, ORDERS, SALES, TOUCHES
from quanyu.text import Text

PROPERTIES = "properties."
"""Stands before the name of a property of an event."""


@dataclass(frozen=True)
class Rows:
    """A table of what people did: `of` names the column of whose it is, `time` when it was, `key` parts equal times."""

    table: Table
    of: str
    time: str
    key: tuple[str, ...]
    more: Mapping[str, Table]
    """Tables whose columns its rows have too, by what stands before their names: `item.category`."""
    is_of_orders: bool = False
    """Whether whose it is and when it was stands in its order."""


@dataclass(frozen=True)
class Verb:
    """One verb: rows of a table for which `claim` holds, told apart further by the column `detail`."""

    label: Text
    rows: Rows
    claim: Node | None = None
    detail: str | None = None
    needs_detail: bool = False


def _is(column: str, *values: str) -> Node:
    return Apply("in", (Name(column), *(Literal(value) for value in values)))


AMOUNTS = ("gross_amount", "paid_amount", "net_amount")
SOLD = Apply(
    "and",
    (
        _is("status", *SALES),
        Apply(">", (Apply("greatest", tuple(Name(name) for name in AMOUNTS)), Literal(0))),
    ),
)
"""What `is_sale` says of orders."""

TAKEN = Apply("and", (_is("order.status", *SALES), Apply(">", (Name("n_items"), Literal(0)))))
"""Lines of orders that are sales; those of return documents count items below zero."""

DONE = Rows(EVENTS, "id_key", "occurred_at", ("source", "event_id"), {"item": ITEMS})
ORDERED = Rows(ORDERS, "id_key", "ordered_at", ("source", "order_id"), {})
LINES = Rows(
    ORDER_LINES,
    "id_key",
    "ordered_at",
    ("source", "order_id", "line_no"),
    {"item": ITEMS, "order": ORDERS},
    True,
)
SAID = Rows(FEEDBACK, "id_key", "said_at", ("source", "feedback_id"), {"item": ITEMS})
MET = Rows(TOUCHES, "id_key", "touched_at", ("source", "touch_id"), {})
SENT = Rows(DELIVERIES, "person_id", "sent_at", ("send_id",), {})
ANSWERED = Rows(RESPONSES, "person_id", "responded_at", ("send_id", "kind"), {"send": DELIVERIES})

ANSWERS: Mapping[str, Text] = {
    "opened": "Opened a message",
    "clicked": "Clicked in a message",
    "replied": "Replied to a message",
    "unsubscribed": "Unsubscribed",
    "complained": "Complained of a message",
    "bounced": "A message bounced",
}
KINDS = {"opened": "open", "clicked": "click", "replied": "reply", "unsubscribed": "unsubscribe",
         "complained": "complaint", "bounced": "bounce"}  # fmt: skip

VERBS: Mapping[str, Verb] = {
    "did": Verb("Did an event", DONE, detail="name", needs_detail=True),
    "visited": Verb("Was there", DONE, detail="channel"),
    "bought": Verb("Bought", ORDERED, SOLD, detail="channel"),
    "bought_item": Verb("Bought an item", LINES, TAKEN),
    "ordered": Verb("Placed an order", ORDERED, _is("status", "placed", *SALES, "closed"), detail="channel"),
    "got_refund": Verb("Got a refund", ORDERED, Apply(">", (Name("refund_amount"), Literal(0))), detail="channel"),
    "said": Verb("Said something", SAID, detail="kind"),
    "met": Verb("Met with advertising", MET, detail="channel"),
    "received": Verb("Received a message", SENT, _is("status", "delivered"), detail="channel"),
    **{
        verb: Verb(label, ANSWERED, _is("kind", KINDS[verb]), detail="send.channel")
        for verb, label in ANSWERS.items()
    },
}  # fmt: skip
"""Every verb. `did` names an event; the others may name a channel (`opened mail`), `said` a kind (`said review`)."""


def claim_of(did: Did) -> Node:
    """Return what must hold of a row for it to be one of these."""
    verb = VERBS[did.verb]
    detail = None if did.detail is None else Apply("=", (Name(str(verb.detail)), Literal(did.detail)))
    return Apply("and", tuple(part for part in (verb.claim, detail, did.where) if part is not None))


def kinds_of(rows: Rows) -> Mapping[str, DataType]:
    """Return the type of every column that a rule may ask of rows."""
    own = dict(rows.table.schema.items())
    return own | {
        f"{prefix}.{name}": kind for prefix, table in rows.more.items() for name, kind in table.schema.items()
    }


__all__ = ["PROPERTIES", "VERBS", "Rows", "Verb", "claim_of", "kinds_of"]
