"""A brief: what a file says, and what is wrong with one that nobody could carry out."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.act.campaign.conftest import brief

from quanyu.act.campaign.brief import brief_of, kept_brief
from quanyu.errors import CampaignError, ChannelError, RuleError
from quanyu.part.document import read_document


@pytest.mark.parametrize(("changes", "error", "said"), [
    ({"channels": ["fax"]}, ChannelError, "no channel 'fax'"),
    ({"channels": ["ads"]}, CampaignError, "Nothing can be sent through 'ads'"),
    ({"channels": ["dingtalk_robot"]}, CampaignError, "Nothing can be sent through 'dingtalk_robot'"),
    ({"channels": ["sms", "mail"]}, CampaignError, "no content for the channel 'mail'"),
    ({"channels": []}, CampaignError, "names no channel"),
    ({"rule": ""}, CampaignError, "whom it is for"),
    ({"rule": "group in"}, RuleError, "group in"),
    ({"chanels": ["sms"]}, CampaignError, "chanels"),
    ({"content": {"sms": {"txt": "x"}}}, CampaignError, "txt"),
    ({"control_share": 0}, RuleError, "cannot be kept out"),
    ({"timing": {"when": "at"}}, CampaignError, "no time is given"),
    ({"content": {"sms": [{"text": "a", "share": 0.7}, {"text": "b", "share": 0.7}]}}, CampaignError, "sum to 1.4"),
    ({"content": {"sms": [{"text": "a", "name": "x"}, {"text": "b", "name": "x"}]}}, CampaignError, "called alike"),
])  # fmt: skip
def test_what_nobody_could_carry_out_is_said(changes, error, said):
    with pytest.raises(error, match=said):
        brief_of(brief(**changes))


def test_a_file_that_is_no_yaml_says_which_line(tmp_path: Path):
    file = tmp_path / "c.yaml"
    file.write_text("name: x\ncontent: [1, 2\nrule: y\n", encoding="utf-8")
    with pytest.raises(CampaignError, match="cannot be read") as caught:
        brief_of(read_document(file, CampaignError))
    assert caught.value.values["line"] == 3
    file.write_text("- 1", encoding="utf-8")
    with pytest.raises(CampaignError, match="list of fields"):
        brief_of(read_document(file, CampaignError))


def test_a_brief_is_kept_as_it_was_written():
    made = brief_of(brief(
        segment="at risk", exclude=["vip", "bought in last 7 days"],
        content={"sms": [{"text": "a", "share": 0.25}, {"text": "b"}, {"text": "c", "name": "long"}]},
    ))  # fmt: skip
    assert kept_brief(made.document) == made
    assert made.whom == (
        'in segment "at risk" and (group in at_risk; frequency >= 2) and not (in segment vip) and not (bought in last 7 days)'
    )
    assert made.variants("sms") == {"A": 0.25, "B": 0.375, "long": 0.375}
