"""`quanyu text`: what a text says against the law on advertising."""

from __future__ import annotations

import dataclasses
import getpass
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from quanyu.act.compliance import CHECK_PRICE, Category, check_text
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, language, out, say
from quanyu.errors import ComplianceError, UnreadableFileError
from quanyu.part.action import Caller, perform
from quanyu.text import Language, Text, told

if TYPE_CHECKING:
    from quanyu.act.compliance.asked_price import Answered

text = typer.Typer(no_args_is_help=True)

CATEGORIES = StrEnum("CATEGORIES", get_args(get_args(Category)[0]))  # type: ignore[misc]
LANGUAGES = StrEnum("LANGUAGES", ("zh", "en"))
CLAIMS = StrEnum("CLAIMS", ("was", "lowest_ever", "lowest_in_days"))
FORMER = CLAIMS("was")
ANYTHING, CHINESE = CATEGORIES("general"), LANGUAGES("zh")
SEVERITIES: Mapping[str, Text] = {"blocked": "blocked", "warn": "look at it", "note": "allowed"}


@text.command(
    cls=Command,
    help=help_of(
        "Say what in a text is forbidden, what needs proof and what is missing. The exit code is 18 if anything is forbidden.",
        "quanyu text check advert.txt --category food",
    ),
)
def check(
    file: Annotated[
        str, typer.Argument(help=say("A text file in UTF-8, or - for what is typed or piped in."))
    ],
    category: Annotated[
        CATEGORIES, typer.Option(help=say("What is advertised; some goods have rules of their own."))
    ] = ANYTHING,
    written: Annotated[
        LANGUAGES,
        typer.Option("--language", help=say("What the text is written in; pinyin is looked for in zh.")),
    ] = CHINESE,
    json: JsonOption = False,
) -> None:
    """Check a text."""
    checked = check_text(_read(file), cast(Category, category.value), cast(Language, written.value))
    if json:
        as_json(dataclasses.asdict(checked) | {"is_blocked": checked.is_blocked})
    elif not checked.findings:
        out.print(say("Nothing was found in {n} characters.", n=f"{checked.n_characters:,}"), highlight=False)
    else:
        heads = ("At", "What", "How grave", "Article", "Why", "What to do")
        rows = [
            (str(one.start), one.found, say(SEVERITIES[one.severity]), one.article, one.why[language()], one.suggestion[language()])
            for one in checked.findings
        ]  # fmt: skip
        table("", [say(head) for head in heads], rows)
    n_blocked = sum(one.severity == "blocked" for one in checked.findings)
    if n_blocked:
        raise ComplianceError(
            "The text may not be sent as it is: {n} findings are against the law.",
            "Change what is blocked, and check it again.",
            n=n_blocked,
        )


@text.command(
    cls=Command,
    help=help_of(
        "Say whether a price may be shown beside a former one, by what was paid in the days before. The exit code is 18 if "
        "it may not.",
        "quanyu text prices tea-100g --now 89 --was 129",
    ),
)
def prices(
    item: Annotated[str, typer.Argument(help=say("An item_id of the table items."))],
    *,
    now: Annotated[str, typer.Option(help=say("The price that is shown."))],
    was: Annotated[str | None, typer.Option(help=say("The price it is compared with."))] = None,
    claim: Annotated[CLAIMS, typer.Option(help=say("What is claimed of the price."))] = FORMER,
    days: Annotated[int, typer.Option(help=say("Days of the claim lowest_in_days."))] = 30,
    on: Annotated[str | None, typer.Option(help=say("The day on which it is shown; default: today."))] = None,
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Check a price."""
    given = {"item_id": item, "now": now, "was": was, "claim": claim.value, "days": days, "on": on}
    with workspace(root) as ws:
        answer = perform(ws, CHECK_PRICE, given, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(answer))
    else:
        _print_answer(answer)
    if answer.refusals:
        raise ComplianceError(
            "The price of {item} may not be shown like that.",
            "Show what is allowed.",
            item=answer.name or item,
        )


def _print_answer(answer: Answered) -> None:
    if answer.reference is None:
        text = say("{item} was not sold before.", item=answer.name or answer.item_id)
    else:
        text = say(
            "{item} was sold on {n} days before; the highest price to compare with is {price}.",
            item=answer.name or answer.item_id,
            n=answer.n_days,
            price=answer.reference,
        )
    out.print(text, highlight=False, markup=False)
    if answer.refusals:
        heads = ("Article", "Why", "Allowed")
        rows = [(one.article, told(one.why, language()), one.allowed) for one in answer.refusals]
        table("", [say(head) for head in heads], rows)


def _read(file: str) -> str:
    try:
        return (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            "{file} cannot be read: {error}.", "Give a text file in UTF-8.", file=file, error=str(error)
        ) from None
