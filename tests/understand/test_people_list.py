"""A person is found by a telephone number or mail address as people write it, in the country of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from quanyu.collect.identity.identity import resolve
from quanyu.collect.identity.people import golden
from quanyu.collect.load.load import load
from quanyu.understand.people_list import Listing, Whom, page
from quanyu.workspace import Workspace

CHINESE = "Asia/Shanghai"
BRITISH = "Europe/London"


@pytest.fixture
def members(make_workspace: Callable[..., Workspace], tmp_path: Path) -> Callable[..., Workspace]:
    """Return a maker of workspaces with a Chinese, a British and a German member."""

    def make(**settings: str) -> Workspace:
        ws = make_workspace(**settings)
        rows = (
            "+86 138 1234 5678,chi@example.com",
            "+44 7911 123456,bo@example.com",
            "+49 1512 3456789,di@example.de",
        )
        file = tmp_path / "members.csv"
        keys = "".join(f"member:{row.split(',')[1][:2]},{row}\n" for row in rows)
        file.write_text(f"id_key,phone,email\n{keys}", encoding="utf-8")
        links = tmp_path / "links.csv"
        both = [
            f"member:{row.split(',')[1][:2]},{kind}:{value}\n"
            for row in rows
            for kind, value in zip(("phone", "email"), row.split(","), strict=True)
        ]
        links.write_text(f"id_key,other_key\n{''.join(both)}", encoding="utf-8")
        told = load(ws, [file, links])
        assert [(one.status, one.n_refused) for one in told] == [("loaded", 0)] * 2, told
        resolve(ws, ws.today())
        golden(ws, ws.today())
        return ws

    return make


def found(ws: Workspace, text: str) -> list[str]:
    return [mail[:1] for _, mail in page(ws, Listing(Whom(text=text), ("email",)))]


FOREIGN = [
    ("0044 7911 123456", "b"),
    ("+44 7911 123456", "b"),
    ("+49 (1512) 34-56789", "d"),
]


@pytest.mark.parametrize(
    ("settings", "texts"),
    [
        (
            {"timezone": BRITISH},
            [*FOREIGN, ("447911123456", "b"),
             ("07911 123456", "b"), ("07911\u2011123456", "b"), ("+8613812345678", "c"), ("0086 138 1234 5678", "c"),
             ("13812345678", "")],
        ),
        (
            {"timezone": CHINESE},
            [*FOREIGN, ("447911123456", "b"),
             ("138 1234-5678", "c"), ("１３８１２３４５６７８", "c"), ("8613812345678", "c"), ("07911 123456", "")],
        ),
        ({"timezone": CHINESE, "country": "DE"}, [*FOREIGN, ("01512 3456789", "d"), ("13812345678", "")]),
        ({"timezone": "UTC"}, [*FOREIGN, ("447911123456", "b"), ("07911 123456", ""), ("01512 3456789", "")]),
    ],
    ids=["British zone", "Chinese zone", "country that is set", "no country"],
)  # fmt: skip
def test_a_number_is_read_in_the_country_of_the_workspace(
    members: Callable[..., Workspace], settings: dict[str, str], texts: list[tuple[str, str]]
) -> None:
    ws = members(**settings)
    assert {text: found(ws, text) for text, _ in texts} == {text: [who] if who else [] for text, who in texts}


def test_a_mail_address_is_found_however_it_is_written(members: Callable[..., Workspace]) -> None:
    ws = members()
    for text in ("bo@example.com", " Bo@Example.com ", "mailto:bo@example.com", "bo＠example.com"):
        assert found(ws, text) == ["b"], text
    assert found(ws, "bo@example") == found(ws, "@") == []
