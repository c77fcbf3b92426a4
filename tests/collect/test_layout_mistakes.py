"""Every mistake in a layout is told with its line, what stands there and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from quanyu.collect.layout.declare import read_layout
from quanyu.errors import SettingError

SOUND = """\
zh = "收银"
platform = "till"
timezone = "Europe/Berlin"
currency = "EUR"
country = "DE"
decimal = ","
quoting = true
comes = 1
match = ["bon", "zeit", "kunde"]
either = ["betrag", "summe"]
kinds = ["lazada"]

[maps.status]
"ok" = "completed"
"storno" = "closed"
"10 x" = "paid"

[people]
ids = [
  { from = "kunde", id = "email" },
  { from = "telefon", id = "phone" },
]
seen_at = "zeit"
country = "land"
name = "name"

[orders]
per = ["order_id"]
only = { bon = ["*"] }
patch = false
order_id = { from = "bon", pattern = "B-(.+)" }
ordered_at = { from = "zeit", format = "%d.%m.%Y %H:%M" }
status = { from = "stand", map = "status" }
paid_amount = { from = "betrag", decimal = ",", when = { bon = ["*"] } }
region = { from = "land", map = { D = "Berlin" } }
channel = { value = "own" }
currency = { value = "EUR" }

[orders.exempt]
paid_amount = { bon = ["S*"] }

[order_lines]
order_id = { from = "bon", shared = "order_id" }
line_no = { running = "order_id" }
item_id = { header = "ware *" }
n_items = { from = "menge", scale = 1 }
"""

MISTAKES = {
    # An entry, a table or a column that does not exist.
    "entry": ('platform = "till"', 'plattform = "till"', "'plattform' is neither an entry nor a table; near it: 'platform'"),
    "table": ("[order_lines]", "[order_line]", "'order_line' is neither an entry nor a table; near it: 'order_lines'"),
    "derived table": ("[order_lines]", "[portraits]", "the table 'portraits' is not filled from files; allowed: "),
    "column": ('region = {', 'regoin = {', "orders has no column 'regoin'; near it: 'region'"),
    "column of people": ('name = "name"', 'nmae = "name"', "people has no column 'nmae'; near it: 'name'"),
    "per": ('per = ["order_id"]', 'per = ["oder_id"]', "orders has no column 'oder_id'; near it: 'order_id'"),
    "exempt": ('paid_amount = { bon = ["S*"] }', 'payd_amount = { bon = ["S*"] }',
        "orders has no column 'payd_amount'; near it: 'paid_amount'"),
    "running": ('running = "order_id"', 'running = "ordr_id"', "order_lines has no column 'ordr_id'; near it: 'order_id'"),
    "shared": ('shared = "order_id"', 'shared = "ordr_id"', "orders has no column 'ordr_id'; near it: 'order_id'"),
    "verb": ("format = ", "fromat = ", "orders.ordered_at uses the verb 'fromat', which does not exist; near it: 'format'"),
    "map": ('map = "status"', 'map = "statsu"',
        "orders.status names the map 'statsu', which [maps] does not have; near it: 'status'"),
    # A word that means nothing.
    "zone": ('"Europe/Berlin"', '"Berlin"', "timezone is 'Berlin', no time zone of IANA; near it: 'Europe/Berlin'"),
    "currency": ('currency = "EUR"\n', 'currency = "euro"\n',
        "currency is 'euro', no currency code of ISO 4217; near it: 'EUR'"),
    "currency of a column": ('currency = { value = "EUR" }', 'currency = { value = "eur" }',
        "orders.currency is 'eur', no currency code of ISO 4217; near it: 'EUR'"),
    "country": ('country = "DE"', 'country = "Germany"', "country is 'Germany', no country code of ISO 3166; near it: 'DE'"),
    "decimal": ('decimal = ","\n', 'decimal = "comma"\n', "decimal is 'comma'; \".\" or \",\" is needed"),
    "decimal of a column": ('decimal = ",", when', 'decimal = ";", when',
        "orders.paid_amount: decimal is ';'; \".\" or \",\" is needed"),
    "format": ('"%d.%m.%Y %H:%M"', '"DD.MM.YYYY"',
        "orders.ordered_at: 'DD.MM.YYYY' is no format of times such as '%d.%m.%Y'"),
    "directive": ('"%d.%m.%Y %H:%M"', '"%d.%m.%Y %k"', "orders.ordered_at: '%d.%m.%Y %k' is no format of times such as "),
    "format of no time": ('region = { from', 'region = { format = "%Y", from',
        "orders.region is neither a day nor a time: 'format' does not belong there"),
    "constant": ('"storno" = "closed"', '"storno" = "close"',
        "orders.status: 'close' is not allowed in the column; near it: 'closed'"),
    # Identifiers.
    "kind": ('id = "email"', 'id = "emial"', "people.ids: 'emial' is no kind of identifier; near it: 'email'"),
    "kind in another word": ('id = "phone"', 'id = "mobile"',
        "people.ids: 'mobile' is no kind of identifier; near it: 'phone'"),
    "no kind": ('{ from = "telefon", id = "phone" }', '{ from = "telefon" }',
        "every entry of people.ids needs 'id', the kind of the identifier"),
    "kind of no person": ('region = { from', 'region = { id = "email", from',
        "orders.region is no identifier of a person: 'id' does not belong there"),
    "key without a kind": ('region = {', 'id_key = {', "orders.id_key needs 'id', the kind of the identifier"),
    "own kind": ('kinds = ["lazada"]', 'kinds = ["Lazada!"]',
        "kinds: 'Lazada!' is no name for a kind: small letters, digits and _"),
    # Patterns and conditions.
    "regex": ('"B-(.+)"', '"B-(.+"', "orders.order_id: 'B-(.+' is no regular expression: "),
    "regex of another engine": ('"B-(.+)"', '"B-(?=x)(.+)"', "orders.order_id: 'B-(?=x)(.+)' is no regular expression: "),
    "no group": ('"B-(.+)"', '"B-.+"', "orders.order_id: 'B-.+' has no group in brackets, and its first group is taken"),
    "header": ('"ware *"', '"ware"', "order_lines.item_id: 'ware' has no *, which stands for what is taken"),
    "when": ('when = { bon', 'when = { bonn',
        "orders.paid_amount asks for the column 'bonn', which is not in 'match'; near it: 'bon'"),
    "only": ('only = { bon', 'only = { bno',
        "orders.only asks for the column 'bno', which is not in 'match'; near it: 'bon'"),
    "exempt asks": ('paid_amount = { bon = ["S*"]', 'paid_amount = { bom = ["S*"]',
        "orders.exempt.paid_amount asks for the column 'bom', which is not in 'match'; near it: 'bon'"),
    "empty name": ('"zeit", "kunde"]', '"zeit", " "]', "match has an empty name"),
    # A value of the wrong type.
    "text": ('zh = "收银"', "zh = 7", "zh is 7; a text is needed"),
    "text in another notation": ('zh = "收银"', "zh = 0xA", "zh is 10; a text is needed"),
    "flag": ("quoting = true", 'quoting = "yes"', "quoting is 'yes'; true or false is needed"),
    "flag of a table": ("patch = false", "patch = 0", "orders.patch is 0; true or false is needed"),
    "whole": ("comes = 1", "comes = 1.5", "comes is 1.5; a whole number is needed"),
    "whole, not a flag": ("comes = 1", "comes = true", "comes is True; a whole number is needed"),
    "number": ("scale = 1", 'scale = "1"', "order_lines.n_items is '1'; a number is needed"),
    "number, not a flag": ("scale = 1", "scale = true", "order_lines.n_items is True; a number is needed"),
    "words": ('either = ["betrag", "summe"]', 'either = ["betrag", 1]',
        "either is ['betrag', 1]; a text or a list of texts is needed"),
    "field": ('seen_at = "zeit"', "seen_at = 1",
        "people.seen_at is 1; a column name, a list of names or a table of verbs is needed"),
    "field of people": ('seen_at = "zeit"', 'seen_at = { from = "zeit", format = "YYYY" }',
        "people.seen_at: 'YYYY' is no format of times such as '%Y'"),
    "country of people": ('country = "land"', 'country = { from = "land", pattern = "[" }',
        "people.country: '[' is no regular expression: "),
    "condition": ('only = { bon = ["*"] }', 'only = "bon"', "orders.only is 'bon'; a table is needed"),
    "word of a map": ('"ok" = "completed"', '"ok" = 1', "maps.status is 1; a text is needed"),
}  # fmt: skip
"""What is written instead of what, and what is said of it."""


def said_of(folder: Path, text: str) -> str:
    """Return what is said of a layout that cannot be meant."""
    file = folder / "till.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError) as caught:
        read_layout(file)
    return str(caught.value)


def test_the_layout_without_a_mistake_is_read(tmp_path: Path) -> None:
    (tmp_path / "till.toml").write_text(SOUND, encoding="utf-8")
    layout = read_layout(tmp_path / "till.toml")
    assert (layout.name, layout.tables) == ("till", ("orders", "order_lines", "links", "members"))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_was_meant(name: str, tmp_path: Path) -> None:
    right, wrong, said = MISTAKES[name]
    at = SOUND.index(right)
    text = SOUND[:at] + wrong + SOUND[at + len(right) :]
    line = text[: at + 1].count("\n") + 1
    told = said_of(tmp_path, text)
    assert f"till.toml, line {line}: {said}" in told
    assert "write-a-layout.md" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('zh = "收银\n', "is not valid TOML: "),
        ('match = ["bon"]\n', "line 1: 'match' and at least one table are needed"),
        ('zh = "x"\n[orders]\norder_id = "bon"\n', "line 1: 'match' and at least one table are needed"),
        ('match = ["bon"]\npeople = { ids = "kunde" }\n[orders]\norder_id = "bon"\n', "line 2: people.ids needs a list of tables"),
    ],
)  # fmt: skip
def test_a_layout_that_lacks_something_says_what(text: str, said: str, tmp_path: Path) -> None:
    assert said in said_of(tmp_path, text)


def test_a_layout_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "till.toml").write_bytes('zh = "收银"\n'.encode("gbk"))
    with pytest.raises(SettingError, match="is not valid TOML"):
        read_layout(tmp_path / "till.toml")
