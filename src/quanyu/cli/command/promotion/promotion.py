"""`quanyu promotion`: what a basket costs, and why."""

from __future__ import annotations

import dataclasses
import getpass
from pathlib import Path
from typing import Annotated

import typer

from quanyu.cli.help import Command
from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import help_of, language, out, say
from quanyu.decide.promotion import QUOTE, Quoted
from quanyu.part.action import Caller, perform
from quanyu.text import told

promotion = typer.Typer(no_args_is_help=True)


@promotion.callback()
def about() -> None:
    """Say what promotions do to baskets."""


@promotion.command(
    cls=Command,
    help=help_of(
        "Say what a basket costs, the share of every line, and why each promotion is applied or not.",
        "quanyu promotion quote basket.json --rules promotions.yaml",
    ),
)
def quote(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help=say("A basket as a file of YAML or JSON."))
    ],
    rules: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help=say("Promotions as a file of YAML or JSON."))
    ],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Quote a basket."""
    with workspace(root) as ws:
        quoted: Quoted = perform(ws, QUOTE, {"file": file, "rules_file": rules}, Caller(getpass.getuser()))
    if json:
        as_json(dataclasses.asdict(quoted))
        return
    lines = [
        (line.line_id, line.list_amount, line.list_amount - line.pay_amount, line.pay_amount)
        for line in quoted.lines
    ]
    table("", [say(head) for head in ("Line", "List price", "Discount", "To pay")], lines)
    reasons = [(one.promotion, one.discount_amount, told(one.why, language())) for one in quoted.promotions]
    table("", [say(head) for head in ("Promotion", "Discount", "Why")], reasons)
    for gift in quoted.gifts:
        left = say("given") if gift.is_there else say("none left to give")
        out.print(
            say("Gift: {name} x {n}, {left}", name=gift.name, n=gift.n_items, left=left),
            highlight=False,
            markup=False,
        )
    for tender in quoted.tenders:
        out.print(
            say("Paid with {kind}: {amount}", kind=tender.kind, amount=tender.amount),
            highlight=False,
            markup=False,
        )
    out.print(
        say("Goods {goods}, freight {freight}, to pay {due}", goods=quoted.goods_amount, freight=quoted.freight_amount,
            due=quoted.due_amount), highlight=False, markup=False,
    )  # fmt: skip
