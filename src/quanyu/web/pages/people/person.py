"""One person all around: golden record, group, traits, orders, timeline, and why the identifiers match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from nicegui import ui

from quanyu import figure
from quanyu.collect.identity import Explanation, Link, explain
from quanyu.part.role import may
from quanyu.tables.view.rfm_groups import BY_ID
from quanyu.text import Text
from quanyu.understand import people_list
from quanyu.understand.contact import REVEAL
from quanyu.understand.purchase import Purchase, purchases
from quanyu.understand.timeline import Moment, timeline
from quanyu.understand.trait import FAMILIES, Trait, profile, traits
from quanyu.web.page import Page
from quanyu.web.pages.labels import group_label, slice_label
from quanyu.web.pages.people.contact import reveal
from quanyu.web.pages.portraits import trait_value
from quanyu.web.parts.button import button
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import grid, table
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import writer
from quanyu.web.view import View

SHOWN, MORE = 50, 5
"""Moments that a timeline begins with, and how many times as many the next look takes."""
PERSONAL = ("phone", "email", "name")
CLASSES: Mapping[str, Text] = {
    "orders": "order",
    "events": "event",
    "touches": "touch",
    "feedback": "feedback",
}


def person(view: View, person_id: str) -> int | None:
    """Draw everything known about a person; phone, mail and name are masked. 404 where there is nobody of this id."""
    if not view.ask(profile.has_person, person_id):
        _nobody(view, person_id)
        return 404
    with ui.element("div").classes("back"):
        button(f"← {view.say('Back')}", ui.navigate.back)
    fill(view, lambda v, portrait: _person(v, person_id, portrait), profile.read_person, person_id)
    return None


def warm(view: View) -> None:
    """Read one person as if somebody looked: what is compiled and opened for one is so for all."""
    if not view.ws.warehouse.count("people"):
        return
    ((person_id,),) = people_list.page(view.ws, people_list.Listing(people_list.Whom(), ()), n=1)
    for told in (profile.has_person, profile.read_person, explain, purchases):
        view.ask(told, person_id)
    view.ask(timeline, person_id, SHOWN + 1)


def _nobody(view: View, person_id: str) -> None:
    empty(
        view,
        "There is no person {person_id}.",
        "Search for the person by another identifier; people who were merged keep the older number.",
        person_id=person_id,
    )
    put(tag("a", view.say("Find people"), href="/people", class_="plain"))


def _person(view: View, person_id: str, portrait: profile.Person | None) -> None:
    if portrait is None:
        _nobody(view, person_id)
        return
    with ui.element("div").classes("panels person"):
        with ui.element("div").classes("w12"), ui.element("section").classes("panel"):
            put(_record(view, portrait))
            if may(view.caller.role, REVEAL.role):
                reveal(view, person_id)
        with ui.element("div").classes("w5 stack"):
            put(_rfm(view, portrait.rfm), "section", "panel")
            put(_lifetime(view, portrait.lifetime), "section", "panel")
            with ui.element("section").classes("panel"):
                _titled(view, "Identifiers and why they belong together", "")
                fill(view, _identity, explain, person_id)
        with ui.element("div").classes("w7 stack"):
            with ui.element("section").classes("panel"):
                _titled(view, "Traits", "")
                put(Markup("").join(_families(view, portrait.traits)))
            with ui.element("section").classes("panel"):
                _titled(view, "Timeline", "What happened, newest first")
                _moments(view, person_id, SHOWN)
        with ui.element("section").classes("panel w12"):
            fill(view, _orders, purchases, person_id)


def _record(view: View, portrait: profile.Person) -> Markup:
    tip = about(
        view,
        view.say("Known as"),
        view.say("One golden record from all sources; phone and e-mail are masked."),
    )
    sex: Text = str(portrait.traits.get("sex") or "")
    facts = [
        (view.say("Phone"), portrait.phone),
        (view.say("E-mail"), portrait.email),
        (view.say("Sex"), view.say(sex)),
        (view.say("Region"), portrait.traits.get("region")),
        (view.say("City"), portrait.traits.get("city")),
        (view.say("Tier"), portrait.traits.get("member_tier")),
        (view.say("Identifiers"), len(portrait.identifiers)),
    ]
    listed = [div("", tag("dt", label), tag("dd", value or figure.NOTHING)) for label, value in facts]
    name = portrait.name or view.say("unnamed")
    who = div(
        "who",
        div("avatar", name[0]),
        div("", tag("h1", name, " ", tip), span("muted code", portrait.person_id)),
    )
    lead = tag("p", _in_a_sentence(view, portrait), class_="lead", style="margin-top:12px")
    return who + lead + tag("dl", *listed, class_="facts", style="margin-top:14px")


def _in_a_sentence(view: View, portrait: profile.Person) -> str:
    """Say who this is to the shop: the group, what was bought when, and what is expected."""
    row, value, currency = portrait.rfm, portrait.lifetime, view.ws.settings.currency
    if row is None:
        return view.say("Has not bought yet.")
    bought = view.say(
        "{group}: {n} orders for {money}, the last one {days} days ago.",
        group=group_label(view, row["group"]), n=f"{row['frequency']:,}", days=f"{row['recency_days']:,}",
        money=figure.money(float(row["monetary_amount"]), currency, digits=0),
    )  # fmt: skip
    if value is None or value["clv_amount"] is None:
        return bought
    low, middle, high = (
        figure.money(float(value[name]), currency, digits=0)
        for name in ("clv_amount_low", "clv_amount", "clv_amount_high")
    )
    return bought + view.say(
        " Worth {middle} to come ({low} to {high} for 8 in 10 such buyers).",
        middle=middle,
        low=low,
        high=high,
    )


def _rfm(view: View, row: Mapping[str, Any] | None) -> Markup:
    title = tag("h2", view.say("RFM group"))
    if row is None:
        return title + tag(
            "p", view.say("This person has no RFM group: no order counts as a sale."), class_="muted"
        )
    write = writer(view)
    group = BY_ID.get(row["group"])
    axes = (
        ("R", view.say("Days since last order"), write(row["recency_days"], "count"), row["r_score"]),
        ("F", view.say("Orders"), write(row["frequency"], "count"), row["f_score"]),
        ("M", view.say("Money"), write(row["monetary_amount"], "currency"), row["m_score"]),
    )
    lines = [
        tag(
            "tr",
            tag("th", letter, scope="row"),
            tag("td", label),
            tag("td", value, class_="n"),
            tag("td", span("mark note", score), class_="n"),
        )
        for letter, label, value, score in axes
    ]
    action = tag("p", view.say(group.action), class_="muted") if group else Markup("")
    name = tag("p", group_label(view, row["group"]), class_="lead")
    day = tag("p", view.say("As of"), " ", row["as_of"], class_="faint")
    return title + name + action + tag("table", tag("tbody", *lines), class_="sheet") + day


def _lifetime(view: View, row: Mapping[str, Any] | None) -> Markup:
    label = view.say("Customer value")
    title = tag("h2", tag("a", label, href="/value"))
    if row is None:
        return title + tag("p", view.say("There is no forecast of this person."), class_="muted")
    write = writer(view)
    between = view.say("{low} to {high}", low=f"{row['orders_low']:,}", high=f"{row['orders_high']:,}")
    money = view.say(
        "{low} to {high}",
        low=write(row["clv_amount_low"], "currency"),
        high=write(row["clv_amount_high"], "currency"),
    )
    facts = (
        (
            view.say("Worth"),
            write(row["clv_amount"], "currency"),
            money if row["clv_amount"] is not None else "",
        ),
        (
            view.say("P(alive)"),
            write(row["p_alive"], "chance"),
            view.say("withdrawn; the page of customer value says why") if row["p_alive"] is None else "",
        ),
        (view.say("Expected orders"), write(row["expected_orders"], "number"), between),
        (view.say("Expected margin per order"), write(row["expected_order_amount"], "currency"), ""),
        (view.say("Tenth"), write(row["decile"], "count"), view.say("10 is the most valuable")),
    )
    lines = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            tag("td", shown, div("muted", more) if more else "", class_="n whole"),
        )
        for name, shown, more in facts
    ]
    said = view.say("Bounds hold 8 in 10 such buyers.")
    figures = div("scroll", tag("table", tag("tbody", *lines), class_="sheet"), tabindex=0)
    return title + figures + tag("p", said, class_="note faint")


def _families(view: View, values: Mapping[str, Any]) -> list[Markup]:
    listed: list[Trait] = [trait for trait in traits(view.ws) if values.get(trait.name) is not None]
    parts = []
    for family, labels in FAMILIES.items():
        of_family = [trait for trait in listed if trait.family == family]
        facts = [
            div(
                "",
                tag(
                    "dt",
                    trait.label(view.language),
                    about(view, trait.label(view.language), trait.definition(view.language)),
                ),
                tag("dd", trait_value(view, trait, values[trait.name])),
            )
            for trait in of_family
        ]
        parts += [tag("h3", view.pick(*labels)), tag("dl", *facts, class_="facts")] if facts else []
    return parts or [tag("p", view.say("No portrait yet: run quanyu run."), class_="muted")]


def _titled(view: View, title: Text, note: Text) -> None:
    put(tag("h2", view.say(title)) + (span("note", view.say(note)) if note else Markup("")), class_="bar")


def _moments(view: View, person_id: str, n: int) -> None:
    """Place the newest `n` moments of a person, and a button for more where there are any."""
    place = ui.element("div")

    def more() -> None:
        place.clear()
        with place:
            _moments(view, person_id, n * MORE)

    def draw(view: View, moments: list[Moment]) -> None:
        _timeline(view, moments[:n])
        if len(moments) > n:
            button(view.say("Show more"), more)

    with place:
        fill(view, draw, timeline, person_id, n + 1)


def _timeline(view: View, moments: list[Moment]) -> None:
    if not moments:
        put(tag("p", view.say("Nothing is known to have happened."), class_="muted"))
        return
    write = writer(view)
    lines = [
        tag(
            "li",
            tag("time", write(moment.at, "time"), datetime=moment.at.isoformat()),
            tag("div", tag("strong", view.say(CLASSES[moment.table])), " ", _spoken(view.say(moment.what)), " ",
                span("mark", slice_label(view, moment.channel)) if moment.channel else "", div("muted", moment.about)),
            span("money", write(moment.amount, "currency") if moment.amount is not None else ""),
            class_=CLASSES[moment.table],
        )
        for moment in moments
    ]  # fmt: skip
    put(Markup("").join(lines), "ul", "story").props("tabindex=0")


def _spoken(word: str) -> str:
    """Return a name of an event as a reader says it: add_to_cart is "add to cart"."""
    return word.replace("_", " ")


def _identity(view: View, explanation: Explanation) -> None:
    heads = (Head(view.say("Identifier")), Head(view.say("Kind")), Head(view.say("First seen"), "time"))
    rows = tuple(
        (_short(row["id_key"]), row["kind"], row["first_seen_at"]) for row in explanation.identifiers
    )
    write = writer(view)
    put(table(Sheet(view.say("Identifiers"), heads, rows), write))
    if explanation.links:
        put(
            tag("h3", view.say("Link"))
            + tag("ul", *[_link(view, link) for link in explanation.links[:40]], class_="links")
        )
    if explanation.log:
        columns = (Head(view.say("When"), "time"), Head(view.say("What happened")), Head(view.say("Why")))
        log = tuple(
            (row["decided_at"], view.say(_action(row)), row["reason"] or "") for row in explanation.log[:20]
        )
        put(tag("h3", view.say("Merged and split")) + table(Sheet("", columns, log), write))


def _action(row: Mapping[str, Any]) -> Text:
    return str(row["action"])


def _link(view: View, link: Link) -> Markup:
    level, word = ("note", "holds") if link.counts else ("warning", "does not count")
    how = view.say("the platform vouches for both") if link.is_verified else view.say("seen together")
    why = link.reason or how
    ends = span("code", _short(link.id_key), " — ", _short(link.other_key))
    return tag("li", ends, " ", span(f"mark {level}", view.say(word)), div("muted", why))


def _orders(view: View, orders: list[Purchase]) -> None:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Order", "text"),
        ("Ordered at", "time"),
        ("Channel", "text"),
        ("Status", "text"),
        ("Items", "count"),
        ("Gross", "currency"),
        ("Discount", "currency"),
        ("Paid", "currency"),
        ("Refund", "currency"),
        ("Net", "currency"),
    )
    rows = tuple(
        (
            purchase.order_id,
            purchase.ordered_at,
            slice_label(view, purchase.channel),
            view.say(purchase.status),
            purchase.n_items,
            purchase.gross_amount,
            purchase.discount_amount,
            purchase.paid_amount,
            purchase.refund_amount,
            purchase.net_amount,
        )
        for purchase in orders
    )
    columns = tuple(Head(view.say(label), kind) for label, kind in heads)
    about_it = view.say("Net is paid less refunded; negative on a return document; 0 while unpaid or closed.")
    grid(view, Sheet(view.say("Orders of this person"), columns, rows), about_it=about_it)


def _short(id_key: str) -> str:
    kind, _, value = id_key.partition(":")
    return f"{kind}:{value[:6]}…" if kind in PERSONAL else id_key


PAGE = Page(
    "/people/{person_id}", "Person details", person, "Customers", warm=warm, roles=("analyst", "agent")
)
