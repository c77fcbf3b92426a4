"""What steps make: a row per entry that passes, never two; taken back from who leaves early, unless it was used or done."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.act.conftest import person
from tests.act.journey.conftest import LI, Shop

from quanyu import ledger
from quanyu.act.erasure import ERASE
from quanyu.act.journey.mirror import enrolments
from quanyu.errors import JourneyError, TaskError
from quanyu.ledger import given_trait
from quanyu.ledger.grant import list_grants, mark_used
from quanyu.ledger.task import list_tasks
from quanyu.part.action import Caller, action_named, perform
from quanyu.rule import Asking, members, parse
from quanyu.understand.trait import portrait

BEGUN = {"when": "did x", "control_share": 0, "again": "always"}


def begin(shop: Shop, *steps: object, name: str = "j", **fields: object) -> None:
    shop.begin(name=name, steps=list(steps), **{**BEGUN, **fields})


def do(shop: Shop, action: str, **given: object) -> object:
    return perform(shop.ws, action_named(action), given, LI)


def test_staff_are_given_a_task_which_one_of_them_closes(shop: Shop) -> None:
    begin(shop, {"task": {"what": "Call them", "who": "sales", "within": "2 days"}}, {"wait": "3 days"})
    shop.event(7, "x")
    shop.go()
    shop.go()
    (task,) = do(shop, "list_staff_tasks", who="sales")
    assert (task.person_id, task.what, task.due_at) == (
        person(7),
        "Call them",
        shop.clock.at + dt.timedelta(days=2),
    )
    assert do(shop, "list_staff_tasks", who="stock") == []
    closed = perform(
        shop.ws,
        action_named("close_staff_task"),
        {"task_id": task.task_id, "note": "no answer"},
        Caller("wang"),
    )
    assert (closed.status, closed.changed_by, closed.reason) == ("done", "wang", "no answer")
    with pytest.raises(TaskError, match=r"is done already, by wang"):
        do(shop, "close_staff_task", task_id=task.task_id)
    with pytest.raises(TaskError, match=r"no task 99"):
        do(shop, "close_staff_task", task_id=99)
    assert shop.course("j").stops[0].made == [("done", "", 1)]
    assert shop.way("j", 7) == ["entered", "1 next", "1 task_done"]


def test_what_was_not_used_is_taken_back_from_who_leaves_early(shop: Shop) -> None:
    """The one who used the coupon keeps it, the one who did not loses it; what is to be kept is kept."""
    begin(
        shop, {"coupon": {"pool": "WELCOME10", "on_exit": "cancel"}}, {"points": 100},
        {"task": {"what": "Pack a sample", "on_exit": "cancel"}}, {"wait": "9 days"}, goal="bought",
    )  # fmt: skip
    for number in (7, 8, 9):
        shop.event(number, "x")
    shop.go()
    used = next(one for one in list_grants(shop.ws.ledger, person_id=person(8)) if one.kind == "coupon")
    assert mark_used(shop.ws.ledger, used.grant_id, at=shop.clock.at)
    assert not mark_used(shop.ws.ledger, used.grant_id, at=shop.clock.at)
    shop.order(7)
    shop.order(8)
    shop.go(hours=1)
    stops = shop.course("j").stops
    assert stops[0].made == [("cancelled", "goal", 1), ("granted", "", 1), ("used", "", 1)]
    assert stops[1].made == [("granted", "", 3)]
    assert stops[2].made == [("cancelled", "goal", 2), ("open", "", 1)]
    lost = next(one for one in list_grants(shop.ws.ledger, person_id=person(7)) if one.kind == "coupon")
    assert not mark_used(shop.ws.ledger, lost.grant_id, at=shop.clock.at), (
        "what was taken back is not honoured"
    )
    assert sorted(shop.way("j", 7)[-3:]) == ["1 grant_cancelled", "3 task_cancelled", "exited"]
    shop.go(days=9)
    assert shop.course("j").stops[0].made == [("cancelled", "goal", 1), ("granted", "", 1), ("used", "", 1)]


@pytest.mark.parametrize("way", ["end_journey", "exit"])
def test_it_is_taken_back_however_they_leave(shop: Shop, way: str) -> None:
    leaving = {"exit": "enough"} if way == "exit" else {"wait": "1 day"}
    begin(shop, {"points": {"n": 5, "on_exit": "cancel"}}, leaving)
    shop.event(7, "x")
    shop.go()
    if way == "end_journey":
        shop.do(way, journey="j")
    assert [one.status for one in list_grants(shop.ws.ledger)] == ["cancelled"]


def test_each_entry_is_granted_once_and_its_own(shop: Shop) -> None:
    begin(shop, {"coupon": {"pool": "A", "n": 2}}, {"exit": "done"}, per="properties.cart_id")
    for cart in ("c1", "c2", "c1"):
        shop.event(7, "x", cart_id=cart)
        shop.go()
    assert [(one.entity, one.amount) for one in list_grants(shop.ws.ledger)] == [
        ("c1", 2),
        ("c2", 2),
        ("c1", 2),
    ]


def test_a_program_is_told_of_each_entry_once(shop: Shop) -> None:
    hooks = [
        perform(shop.ws, action_named("add_webhook"), {"url": f"https://example.com/{n}", "events": (event,)}, LI).hook
        for n, event in enumerate(("journey.step", "alarm"))
    ]  # fmt: skip
    begin(
        shop,
        {"webhook": {"name": "left_cart", "data": {"n": 1}}},
        {"webhook": {"name": "x", "to": hooks[1].hook_id}},
    )
    for number in (7, 8):
        shop.event(number, "x")
    shop.go()
    shop.go()
    assert [stop.made for stop in shop.course("j").stops] == [[("waiting", "", 2)]] * 2
    claimed = ledger.claim(shop.ws.ledger, "webhook", ledger.Claim("me"), at=shop.clock.at)
    assert [one.payload["hook_id"] for one in claimed] == [hooks[0].hook_id] * 2 + [hooks[1].hook_id] * 2
    told = min((one.payload["body"] for one in claimed[:2]), key=lambda body: body["data"]["person_id"])
    assert told["type"] == "journey.step"
    assert {name: told["data"][name] for name in ("journey_id", "version", "step", "name", "person_id", "data")} == {
        "journey_id": "j", "version": 1, "step": "1", "name": "left_cart", "person_id": person(7), "data": {"n": 1},
    }  # fmt: skip


def test_rules_can_name_a_trait_that_was_given(shop: Shop) -> None:
    values = {"vip": True, "score": 2.5, "called_on": "today", "tea": "oolong"}
    begin(
        shop,
        *({"trait": {"name": name, "value": value}} for name, value in values.items()),
        {"wait": "1 day"},
    )
    portrait.portraits(shop.ws, shop.ws.today())
    asking = Asking(shop.clock.at, shop.ws.settings.zone, shop.ws.secret, shop.ws.warehouse.table)
    for number in (7, 8):
        shop.event(number, "x")
    shop.go()
    begin(shop, {"trait": {"name": "tea", "value": "sencha"}}, name="k", when="did y")
    shop.event(8, "y")
    shop.go(days=1)
    enrolments(shop.ws, shop.ws.today())
    portrait.portraits(shop.ws, shop.ws.today())
    for rule, numbers in (
        ("vip = true", [7, 8]), ("score > 2", [7, 8]), ("tea = oolong", [7]), ("tea = sencha", [8]),
        ("called_on = 2026-11-20", [7, 8]), ("vip = false", []),
    ):  # fmt: skip
        found = shop.ws.warehouse.read(members(parse(rule), asking).select("person_id").order_by("person_id"))
        assert found["person_id"].to_pylist() == [person(number) for number in numbers], rule


def test_a_trait_exists_from_the_launch_on(shop: Shop) -> None:
    begin(shop, {"trait": {"name": "vip", "value": True}})
    enrolments(shop.ws, shop.ws.today())
    portrait.portraits(shop.ws, shop.ws.today())
    assert "vip" in {trait.name for trait in portrait.traits(shop.ws)}
    begin(shop, {"branch": [{"if": "vip = true", "then": [{"exit": "yes"}]}]}, name="k")
    shop.event(7, "x")
    shop.go()
    assert shop.course("k").n_done == 1


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"task": {"who": "x"}}, "lacks the field 'what'"),
        ({"task": {"what": ""}}, "is given '' as what"),
        ({"task": {"what": "x", "whom": "y"}}, "no field 'whom'"),
        ({"coupon": {"pool": "A", "n": 0}}, "is given '0' as n"),
        ({"coupon": {"pool": "A", "on_exit": "perhaps"}}, "on_exit 'perhaps'"),
        ({"points": True}, "is given 'True' as n"),
        ({"trait": "vip"}, "trait is given"),
        ({"trait": {"name": "Vip!", "value": 1}}, "trait is given"),
        ({"trait": {"name": "vip", "value": [1]}}, "no value of a trait"),
        ({"trait": {"name": "frequency", "value": 1}}, "a trait frequency already"),
        ({"webhook": {"name": "x", "to": "nosuch"}}, "no webhook 'nosuch'"),
        ({"webhook": {"name": "x", "data": 3}}, "as data"),
    ],
)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_could_not_be_made_is_refused(shop: Shop, step: object, said: str) -> None:
    with pytest.raises(JourneyError, match=said):
        begin(shop, step)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_trait_keeps_its_kind(shop: Shop) -> None:
    begin(shop, {"trait": {"name": "vip", "value": True}})
    with pytest.raises(JourneyError, match="vip holds a flag"):
        begin(shop, {"trait": {"name": "vip", "value": 3}}, name="k")


def test_what_was_merged_goes_along(shop: Shop) -> None:
    begin(
        shop,
        {"task": "Call"},
        {"points": 5},
        {"trait": {"name": "tea", "value": "oolong"}},
        {"wait": "9 days"},
    )
    shop.event(7, "x")
    shop.go()
    shop.append("identity_log", {
        "log_id": "m1", "action": "merge", "person_id": person(7), "other_id": person(8), "decided_at": shop.clock.at,
    })  # fmt: skip
    shop.go(hours=1)
    (task,), (grant,) = list_tasks(shop.ws.ledger), list_grants(shop.ws.ledger)
    assert task.person_id == grant.person_id == person(8)
    traits = [row for part in given_trait.stream(shop.ws.ledger) for row in part if row["person_id"]]
    assert [row["person_id"] for row in traits] == [person(8)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_of_who_is_erased_nothing_is_open(shop: Shop) -> None:
    begin(
        shop,
        {"task": "Call"},
        {"points": 5},
        {"trait": {"name": "tea", "value": "oolong"}},
        {"wait": "9 days"},
    )
    shop.event(7, "x")
    shop.go()
    perform(shop.ws, ERASE, {"person": person(7)}, LI)
    (task,), (grant,) = list_tasks(shop.ws.ledger), list_grants(shop.ws.ledger)
    assert (task.status, grant.status) == ("cancelled", "cancelled")
    assert person(7) not in (task.person_id, grant.person_id)
    assert not [row for part in given_trait.stream(shop.ws.ledger) for row in part if row["person_id"]]
