"""Findings as sentences: what is so, what it does to figures, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quanyu import figure
from quanyu.collect.quality import Finding
from quanyu.collect.reason import tell
from quanyu.tables import CONTRACTS
from quanyu.text import Text
from quanyu.web.view import View

AGAIN: Text = "Correct it in the export and load the file again: rows that are there already are not doubled."
MISSING: Text = "Export the file with this column, or name the column in the layout, and load it again."
LEAVE: Text = (
    "Look at the examples: correct what is wrong (a unit, a decimal mark) at the source; leave what is real."
)
NONE: Text = "Figures by this column leave these rows out."


@dataclass(frozen=True)
class Words:
    """The three sentences of a check; `says` has places for n, whole, share, value, table and column."""

    says: Text
    does: Text
    do: Text = AGAIN


WORDS: Mapping[str, Words] = {
    "completeness": Words('{n} of {whole} rows of {table} ({share}) have no "{column}".', NONE, MISSING),
    "uniqueness": Words(
        "{n} of {whole} rows of {table} ({share}) have the same key as another.",
        "Sums may count them twice.",
    ),
    "validity": Words(
        '{n} of {whole} rows of {table} ({share}) have a word in "{column}" that is not known.',
        "Figures that ask for a known word leave them out.",
        "Say in the layout what the word means, and load the file again.",
    ),
    "range": Words(
        '{n} of {whole} rows of {table} ({share}) have a "{column}" that is not possible.',
        "Sums and means move with them.",
    ),
    "outliers": Words(
        '{n} of {whole} values of "{column}" in {table} ({share}) lie far from all others.',
        "Means move with them; sums are right if the values are.",
        LEAVE,
    ),
    "references": Words(
        '{n} of {whole} rows of {table} ({share}) name a "{column}" that was never loaded.',
        "What is told of it leaves these rows out.",
        "Load the file that has them too.",
    ),
    "future": Words(
        "{n} of {whole} rows of {table} ({share}) lie in the future.",
        "They count in no figure until their day has come.",
        "Look at the clock and the time zone of the export; the layout states the zone.",
    ),
    "freshness": Words(
        "The newest row of {table} is {value} days old.",
        "Figures of the days since are too low or missing.",
        "Load the newest export of it.",
    ),
    "volume": Words(
        "The newest day of {table} has {ratio} of the usual number of rows.",
        "Figures of that day, and of what ends with it, are off by as much.",
        "Load the export of that day again, whole; if the day really was so, leave it.",
    ),
    "rejects": Words(
        "{n} rows of {source} were refused: {reason}.",
        "They count in no figure.",
        "Refused rows lists each with its file and line: correct them there and load the file again.",
    ),
    "sums": Words(
        "{n} of {whole} orders ({share}) have a net amount that is not paid less refunded.",
        "Net revenue and all that is made of it are off by the difference.",
    ),
    "refunds": Words(
        "{n} of {whole} orders ({share}) have more refunded than was paid.",
        "Net revenue is too low and the refund rate too high.",
    ),
    "lines": Words(
        "{n} of {whole} orders ({share}) are not the sum of their lines.",
        "Figures by item do not add up to those by order.",
        "Load orders and lines from exports of the same day; look for a discount that only one of them has.",
    ),
    "currencies": Words(
        "{n} of {whole} rows of {table} ({share}) are in another currency.",
        "They are converted by the rate of their day.",
        "Nothing, as long as rates are loaded.",
    ),
    "rates": Words(
        "{n} of {whole} rows of {table} ({share}) wait for an exchange rate.",
        "Their money counts nowhere until it is known.",
        "Load exchange rates that cover their days.",
    ),
    "credits": Words(
        "{n} of {whole} rows of {table} ({share}) have a cost below zero.",
        "They lower the cost of their day, and raise what is earned by it.",
        "Nothing if the platform paid money back; else correct the report and load it again.",
    ),
    "feeds": Words(
        "{n} of {whole} feeds of {table} have had no new row for a week or more.",
        "What is told by them is as old as their newest row.",
        "Load their newest export, or leave it if the feed has ended.",
    ),
    "double_sales": Words(
        "{n} of {whole} sales ({share}) look like one that another source tells too.",
        "Revenue, orders and items count them twice.",
        "Keep one of the two sources, or correct which orders each exports.",
    ),
    "double_amount": Words(
        "Sales that two sources tell count {money} twice.",
        "Net revenue is too high by this much.",
        "Keep one of the two sources, or correct which orders each exports.",
    ),
}  # fmt: skip
"""Every check; a check without words here is refused by a test."""
MISSED: Mapping[str, Text] = {
    "id_key": "Nobody can say whose they are: buyers, repurchase, value and audiences leave them out.",
    "channel": 'They stand under "unknown" wherever figures are told by channel.',
    "paid_amount": "They add nothing to revenue.",
    "net_amount": "They add nothing to net revenue.",
    "cost_amount": "Ad cost is too low by theirs, and returns on it look better than they are.",
    "item_id": "Figures by item leave them out.",
}
"""What a missing value does, by column."""


def sentence(view: View, finding: Finding) -> str:
    """Return what was found, with its figures."""
    money = figure.exact(finding.value, "currency", view.ws.settings.currency)
    example = next(iter(finding.examples), {})
    return view.say(
        WORDS[finding.check].says,
        n=f"{finding.n_bad:,}", whole=f"{finding.n_rows:,}", share=figure.percent(finding.value, 1),
        value=f"{finding.value or 0:.0f}", ratio=figure.percent(finding.value, 0), money=money,
        table=_table(view, finding), column=_column(view, finding), source=example.get("source", ""),
        reason=tell(example.get("reason", ""), view.language),
    )  # fmt: skip


def effect(view: View, finding: Finding) -> str:
    """Return what it does to figures."""
    does = MISSED.get(finding.column, NONE) if finding.check == "completeness" else WORDS[finding.check].does
    return view.say(does)


def next_step(view: View, finding: Finding) -> str:
    """Return what to do about it."""
    return view.say(WORDS[finding.check].do)


def _table(view: View, finding: Finding) -> str:
    table = CONTRACTS.get(finding.table)
    return view.pick(table.zh, table.en) if table else finding.table


def _column(view: View, finding: Finding) -> str:
    table = CONTRACTS.get(finding.table)
    column = table.by_name.get(finding.column) if table else None
    return view.pick(column.zh, column.en) if column else finding.column
