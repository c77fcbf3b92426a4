"""`quanyu text`: what a text says against the law on advertising."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from quanyu.act.compliance import Category, check_text
from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, as_json, table
from quanyu.cli.speech import help_of, language, out, say
from quanyu.errors import ComplianceError, UnreadableFileError
from quanyu.text import Language, Text

text = typer.Typer(no_args_is_help=True)

CATEGORIES = StrEnum("CATEGORIES", get_args(get_args(Category)[0]))  # type: ignore[misc]
LANGUAGES = StrEnum("LANGUAGES", ("zh", "en"))
ANYTHING, CHINESE = CATEGORIES("general"), LANGUAGES("zh")
SEVERITIES: Mapping[str, Text] = {"blocked": "blocked", "warn": "look at it", "note": "allowed"}


@text.callback()
def about() -> None:
    """Hold a group, though it has one command."""


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


def _read(file: str) -> str:
    try:
        return (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            "{file} cannot be read: {error}.", "Give a text file in UTF-8.", file=file, error=str(error)
        ) from None
