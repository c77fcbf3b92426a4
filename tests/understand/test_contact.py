"""What is shown in clear leaves a line with the person and never a value; a saved list leaves how many it holds."""

from __future__ import annotations

import pyarrow as pa
import pytest

from quanyu.errors import AccessError, IdentityError
from quanyu.ledger import list_edits
from quanyu.part.action import Caller, perform
from quanyu.understand.contact import REVEAL, SAVE, Contact


@pytest.fixture
def shop(embedded):
    row = {"person_id": ["p1"], "name": ["王小明"], "phone": ["+8613812345678"], "email": [None]}
    embedded.warehouse.replace("people", pa.table(row), by="collect")
    return embedded


def test_who_looked_at_whom_is_on_record(shop) -> None:
    contact = perform(shop, REVEAL, {"person_id": "p1"}, Caller("qian", role="agent"))
    assert contact == Contact("王小明", "+8613812345678", "")
    assert "1381234" not in repr(contact)
    (line,) = list_edits(shop.ledger)
    assert (line.who, line.key, line.after["person_id"]) == ("qian", "reveal_person", "p1")
    assert "1381234" not in str(line) and "王" not in str(line)
    for role in ("analyst", "viewer"):
        with pytest.raises(AccessError):
            perform(shop, REVEAL, {"person_id": "p1"}, Caller("zhao", role=role))
    with pytest.raises(IdentityError, match="p2"):
        perform(shop, REVEAL, {"person_id": "p2"}, Caller("qian", role="agent"))


def test_nothing_is_shown_if_the_line_cannot_be_written(shop, monkeypatch) -> None:
    def full(*_words: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("quanyu.ledger.audited", full)
    with pytest.raises(OSError, match="no space"):
        perform(shop, REVEAL, {"person_id": "p1"}, Caller("qian", role="agent"))


def test_a_list_that_is_saved_is_counted(shop) -> None:
    given = {"rule": "frequency >= 2", "columns": ["name"], "n_people": 7, "format": "csv"}
    perform(shop, SAVE, given, Caller("zhao", role="analyst"))
    (line,) = list_edits(shop.ledger)
    assert line.after["said"] == "saved 7 people as csv: frequency >= 2"
    with pytest.raises(AccessError):
        perform(shop, SAVE, given, Caller("qian", role="agent"))
