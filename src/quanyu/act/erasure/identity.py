"""Whatever somebody is known by: ids, identifiers, names, numbers and addresses, in every form in which they are written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import ibis.expr.types as ir

from quanyu.errors import IdentityError
from quanyu.part.told_consent import HASHED, PERSON
from quanyu.workspace import Workspace

CONTACT = ("name", "phone", "email", "address", "member_no")
"""Columns of `members` and `people` that hold what somebody is known by."""
SHORTEST = 5
"""Letters of the shortest value that is looked for by itself; a shorter one is found where it stands with its kind."""
BETWEEN = r"[\s.()\-]{0,2}"
"""What people write between the digits of a telephone number."""


@dataclass(frozen=True)
class Known:
    """One person: the ids that they go and went under, their identifiers, and what else is theirs and nobody else's."""

    people: tuple[str, ...]
    keys: tuple[str, ...]
    values: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds them in any text: whole words, telephone numbers however they are written, hashes of contacts."""
        words = sorted({*self.people, *self.keys, *self._plain, *self._hashes}, key=len, reverse=True)
        parts = [_whole(word) for word in words] + [_number(phone) for phone in self._phones]
        return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)

    @cached_property
    def bare(self) -> str:
        """The same for engines, which cannot look around a place: it also takes in the letter before and behind."""
        return "(?i)" + self.pattern.pattern.replace(BEFORE, r"(?:^|[^0-9A-Za-z_])").replace(
            AFTER, r"(?:[^0-9A-Za-z_]|$)"
        ).replace(NO_DIGIT_BEFORE, r"(?:^|[^0-9])").replace(NO_DIGIT_AFTER, r"(?:[^0-9]|$)")

    @property
    def _phones(self) -> list[str]:
        return [value for value in self.values if re.fullmatch(r"\+\d{7,15}", value)]

    @property
    def _plain(self) -> Iterator[str]:
        """Yield values that say who it is by themselves, and the parts of identifiers that do."""
        own = [key.partition(":")[2] for key in self.keys]
        for value in (*self.values, *own):
            has_letters = not value.isdigit()
            if len(value) >= SHORTEST or (has_letters and len(value) >= 2 and not value.isascii()):
                yield value

    @property
    def _hashes(self) -> Iterator[str]:
        """Yield the hashes by which ad platforms match contacts."""
        for value in self.values:
            forms = [value, value.lower(), value.removeprefix("+86"), value.removeprefix("+")]
            if value.startswith("+") or "@" in value:
                for form in forms:
                    yield hashlib.sha256(form.encode()).hexdigest()
                    yield hashlib.md5(form.encode(), usedforsecurity=False).hexdigest()

    def owns(self, rows: ir.Table) -> ir.BooleanValue | None:
        """Return which rows of a table are the person's by its columns of ids and identifiers, None where it has none."""
        ids = [rows[name].isin(self.people) for name in ("person_id", "other_id") if name in rows.columns]
        ids += [rows[name].isin(self.keys) for name in ("id_key", "other_key") if name in rows.columns]
        tests = [test.fill_null(False) for test in ids]
        return ir_or(tests) if tests else None


def ir_or(tests: list[ir.BooleanValue]) -> ir.BooleanValue:
    """Return whether one of several is true."""
    first, *others = tests
    for other in others:
        first = first | other
    return first


BEFORE, AFTER = r"(?<![0-9A-Za-z_])", r"(?![0-9A-Za-z_])"
NO_DIGIT_BEFORE, NO_DIGIT_AFTER = r"(?<!\d)", r"(?!\d)"


def _whole(word: str) -> str:
    """Return a pattern for a word that is no part of another; names in Chinese stand within text without blanks."""
    before = BEFORE if re.match(r"[\w]", word, re.ASCII) else ""
    after = AFTER if re.search(r"[\w]$", word, re.ASCII) else ""
    return f"{before}{re.escape(word)}{after}"


def _number(phone: str) -> str:
    """Return a pattern for a telephone number with and without its country, however its digits are parted."""
    digits = phone.removeprefix("+")
    national = digits.removeprefix("86") if len(digits) == 13 else digits
    country = digits[: len(digits) - len(national)]
    head = rf"(?:(?:\+|00)?{BETWEEN}{country}{BETWEEN})?" if country else r"(?:\+|00)?"
    return f"{NO_DIGIT_BEFORE}{head}{BETWEEN.join(national)}{NO_DIGIT_AFTER}"


def known_as(ws: Workspace, who: str) -> Known:
    """Return whatever the person is known by who goes or went under an id, or holds an identifier.

    What others have too (the telephone of a household, a common name) is not theirs alone and is left out of `values`.
    Raises `IdentityError` where there is nobody.
    """
    identities = ws.warehouse.table("identities")
    links = _onward(ws)
    person = _current(ws, who, links)
    people = tuple(sorted(_absorbed(person, links)))
    keys = tuple(sorted(_column(ws, identities.filter(identities.person_id.isin(people)), "id_key")))
    return Known(people, keys, tuple(sorted(_values(ws, people, keys))))


def _onward(ws: Workspace) -> list[tuple[str, str]]:
    """Return who went up in whom, as the identity log tells it: (the earlier id, the later one)."""
    log = ws.warehouse.table("identity_log")
    merged = log.filter(log.action == "merge", log.other_id.notnull())
    rows = ws.warehouse.read(merged.order_by("decided_at", "log_id").select("person_id", "other_id"))
    return [(row["person_id"], row["other_id"]) for row in rows.to_pylist()]


def _current(ws: Workspace, who: str, links: list[tuple[str, str]]) -> str:
    identities = ws.warehouse.table("identities")
    column = identities.id_key if ":" in who and not who.startswith(PERSON) else identities.person_id
    wanted, seen = who.removeprefix(PERSON), set[str]()
    while not (held := _column(ws, identities.filter(column == wanted).limit(1), "person_id")):
        later = [new for old, new in links if old == wanted and new not in seen]
        seen.add(wanted)
        if not later:
            raise IdentityError(
                "There is no person {person}.", "Look in: quanyu sql 'SELECT * FROM identities'.", person=who
            )
        wanted = later[-1]
    return held[0]


def _absorbed(person: str, links: list[tuple[str, str]]) -> set[str]:
    found, todo = {person}, [person]
    while todo:
        last = todo.pop()
        for old, new in links:
            if new == last and old not in found:
                found.add(old)
                todo.append(old)
    return found


def _values(ws: Workspace, people: Iterable[str], keys: Iterable[str]) -> set[str]:
    """Return names, contacts, addresses and member numbers that rows of the person hold and rows of nobody else."""
    own, others = set[str](), set[str]()
    for name, column, ids in (("members", "id_key", keys), ("people", "person_id", people)):
        rows = ws.warehouse.table(name)
        texts = [text for text in CONTACT if text in rows.columns]
        mine = ws.warehouse.read(rows.filter(rows[column].isin(list(ids))).select(*texts))
        own |= {
            value.strip() for each in mine.columns for value in each.to_pylist() if value and value.strip()
        }
    for name, column, ids in (("members", "id_key", keys), ("people", "person_id", people)):
        rows = ws.warehouse.table(name)
        for text in (text for text in CONTACT if text in rows.columns):
            shared = rows.filter(~rows[column].isin(list(ids)), rows[text].isin(sorted(own)))
            others |= set(_column(ws, shared.distinct(), text)) if own else set()
    messages = ws.warehouse.table("messages")
    own |= set(_column(ws, messages.filter(messages.person_id.isin(list(people))), "contact"))
    return {
        value
        for value in own - others
        if value and not value.startswith(tuple(f"{kind}:" for kind in HASHED))
    }


def _column(ws: Workspace, rows: ir.Table, name: str) -> list[str]:
    return [value for value in ws.warehouse.read(rows.select(name).distinct())[name].to_pylist() if value]
