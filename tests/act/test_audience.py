from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.act.conftest import DESIGN, person

from quanyu.act.audience import audience
from quanyu.errors import ChannelError, RuleError
from quanyu.method.assignment import arm_of, is_held_out_one
from quanyu.workspace import Workspace

SHARES = {"treated": 0.75, "control": 0.25}
WANTED = {
    0: "no_contact",
    1: "no_consent",
    2: "no_consent",
    3: "personalisation_off",
    5: "contacted_recently",
}


def members(ws: Workspace, design=DESIGN, name="spring"):
    rows = ws.warehouse.read(audience(ws, design, name, ws.now())).to_pylist()
    return {row["person_id"]: row for row in rows}


def test_every_gate_stops_whom_it_should_and_says_why(embedded, fill):
    ws = fill(embedded, 400)
    found = members(ws)
    assert len(found) == 380, "those of another group are not in the audience"
    share = ws.settings.experiment.holdout_share
    for number in range(400):
        kind, who = number % 20, person(number)
        if kind == 6:
            assert who not in found
            continue
        row = found[who]
        if is_held_out_one(who, share, ws.secret):
            wanted = ("held_out", "global_holdout", "")
        elif kind in WANTED:
            wanted = ("suppressed", WANTED[kind], "")
        elif kind == 4 and found[person(number - 2)]["reason"] in ("", "control"):
            wanted = ("suppressed", "shared_contact", "")
        elif arm_of(who, "spring", SHARES, ws.secret) == "control":
            wanted = ("held_out", "control", "control")
        else:
            wanted = ("pending", "", "treated")
        assert (row["status"], row["reason"], row["arm"]) == wanted, who
        assert row["why"] == f"group=at_risk; frequency={2 + number % 3}"


def test_control_has_its_share_of_those_who_could_be_reached(make_workspace, fill):
    ws = fill(make_workspace(), 8_000)
    arms = Counter(row["arm"] for row in members(ws).values())
    assert arms["control"] / (arms["control"] + arms["treated"]) == pytest.approx(0.25, abs=0.02)


def test_another_campaign_draws_other_arms(make_workspace, fill):
    ws = fill(make_workspace(), 2_000)
    first, second = members(ws, name="a"), members(ws, name="b")
    both = [who for who, row in first.items() if row["arm"]]
    assert set(both) == {who for who, row in second.items() if row["arm"]}
    same = sum(first[who]["arm"] == second[who]["arm"] for who in both) / len(both)
    assert same == pytest.approx(0.75**2 + 0.25**2, abs=0.04)


def test_a_channel_needs_its_own_consent_and_contact(make_workspace, fill):
    ws = fill(make_workspace(), 100)
    found = members(ws, replace(DESIGN, channel="mail"))
    share = ws.settings.experiment.holdout_share
    for who in found:
        kind = int(who[1:]) % 20
        wanted = "personalisation_off" if kind == 3 else "no_consent"
        held_out = is_held_out_one(who, share, ws.secret)
        assert found[who]["reason"] == ("global_holdout" if held_out else wanted)
    with pytest.raises(ChannelError, match="no channel 'fax'"):
        members(ws, replace(DESIGN, channel="fax"))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("group at_risk", "is not a condition"),
        ("shoe_size > 40", "no trait 'shoe_size'"),
        ("frequency > many", "which is no"),
        ("'; DROP TABLE people", "is not a condition"),
    ],
)
def test_a_rule_that_cannot_be_read_says_so(make_workspace, fill, rule, said):
    ws = fill(make_workspace(), 20)
    with pytest.raises(RuleError, match=said):
        members(ws, replace(DESIGN, rule=rule))


def test_no_control_group_is_refused():
    with pytest.raises(RuleError, match="cannot be kept out"):
        replace(DESIGN, control_share=0.0)
