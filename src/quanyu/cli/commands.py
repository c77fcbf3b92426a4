"""The commands as a table; a command's module is imported when it is called, so `--help` answers at once."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer

from quanyu.cli import help
from quanyu.cli.speech import help_of, say
from quanyu.text import Text

TITLE = "Omnichannel precision marketing: from raw platform files to people, figures and a report."


@dataclass(frozen=True)
class Command:
    """One command: its name, where it lives (`module:function`), what it does, an example."""

    name: str
    home: str
    summary: Text
    example: str
    is_group: bool = False

    @property
    def help(self) -> str:
        """The help text in the language of the command line."""
        return help_of(self.summary, self.example)

    def load(self) -> Any:
        """Import and return the function, or the Typer app of a group."""
        module, _, name = self.home.partition(":")
        return getattr(import_module(f"quanyu.cli.command.{module}"), name)


COMMANDS = (
    Command("init", "workspace:init", "Make a workspace.",
            "quanyu init shop --timezone Europe/London --currency GBP"),
    Command("load", "collect:load",
            "Load files; say what was recognised, taken and refused, and why. Loading again adds nothing.",
            "quanyu load exports/ orders.csv --as plain_orders"),
    Command("pull", "source.pull:pull",
            "Bring what is new in databases and services into the tables, once or again and again.",
            "quanyu pull shop.toml --once"),
    Command("drain", "source.drain:drain",
            "Bring what clients posted to the collector into the tables; servers do so by themselves every few seconds.",
            "quanyu drain"),
    Command("layouts", "layout.layouts:layouts", "List the file layouts that can be recognised.",
            "quanyu layouts --json"),
    Command("run", "turn:run",
            "Do one turn of the loop: what is up to date is skipped, a killed turn is resumed.",
            "quanyu run --explain"),
    Command("tables", "warehouse.tables:tables", "List the tables: what they hold, rows, version, owner.",
            "quanyu tables"),
    Command("describe", "warehouse.describe:describe", "Show a table's contract, rows, versions and lineage.",
            "quanyu describe orders"),
    Command("sql", "warehouse.query:sql", "Run a read-only query over every table.",
            'quanyu sql "SELECT count(*) AS n FROM orders" --json'),
    Command("decisions", "decisions:decisions", "List what was proposed, decided, done and measured.",
            "quanyu decisions --status proposed"),
    Command("approve", "decision:approve", "Approve a proposal and carry it out.",
            'quanyu approve audience-20261120-5ec4d1 --by wang --note "go"'),
    Command("decline", "decision:decline", "Decline a proposal, or take back an approval that was not carried out yet.",
            'quanyu decline budget-20261120-01ab7f --by wang --note "wait for Double 11"'),
    Command("audience", "whom.audience:audience",
            "Preview an audience: who would be reached, kept out, or left alone and why; --propose records it.",
            'quanyu audience "group in at_risk, must_win_back; clv_amount >= 500" --channel sms --propose'),
    Command("recommend", "offer.recommend:recommend", "Say what is recommended to a person, or with an item, and why.",
            "quanyu recommend jd:13912 --n 5"),
    Command("report", "plan:report", "Write the report: one self-contained HTML file with charts.",
            "quanyu report --out report.html --language en"),
    Command("demo", "demo.demo:demo",
            "Simulate a shop and do three turns of the loop; set what was found beside the planted truth.",
            "quanyu demo demo --people 2000 --days 120"),
    Command("serve", "serve:serve", "Open the console in a browser; to other machines only where users sign in.",
            "quanyu serve --port 8080"),
    Command("do", "do:do", "Do any action by its name, or list the actions.",
            "quanyu do explain_person person=jd:13912"),
    Command("mcp", "mcp:mcp",
            "Serve an assistant by the Model Context Protocol: it reads only, unless more is allowed.",
            "quanyu mcp --role analyst"),
    Command("tidy", "workspace:tidy", "Make one file of many small ones, and remove old versions of the tables.",
            "quanyu tidy"),
    Command("adopt", "workspace:adopt",
            "Let a folder, its ledger and its tables belong together as they are, after a restore or a copy.",
            "quanyu adopt --workspace restored"),
    Command("segment", "whom.segment:segment", "Keep whom a rule finds as segments: sizes, who came and went, why.",
            "quanyu segment list", is_group=True),
    Command("content", "content.content:content", "Keep what messages say: templates with variables, previews, checks.",
            "quanyu content check win-back", is_group=True),
    Command("campaign", "campaign.campaign:campaign",
            "Write to people: check, approve, launch, pause, stop, and see what became of everybody.",
            "quanyu campaign check win-back", is_group=True),
    Command("journey", "journey.journey:journey",
            "Let people go step by step: write, launch, pause and show journeys, and follow one person.",
            "quanyu journey list", is_group=True),
    Command("promotion", "promotion.promotion:promotion", "Say what a basket costs under promotions, and why.",
            "quanyu promotion quote basket.json --rules promotions.yaml", is_group=True),
    Command("send", "campaign.send:send", "Let messages that are due leave.", "quanyu send --once"),
    Command("channel", "channel.channel:channel", "See which channels are ready, and try one.",
            "quanyu channel list", is_group=True),
    Command("text", "content.text:text", "Check texts and prices against the law on advertising, before anybody is sent them.",
            "quanyu text check advert.txt --category food", is_group=True),
    Command("user", "access.user:user", "Say who may sign in to the console, in which role.",
            "quanyu user add wang --role marketer", is_group=True),
    Command("key", "access.key:key", "Keep keys with which programs ask over the network.",
            "quanyu key list", is_group=True),
    Command("source", "source.source:source", "Say what may send events live, and how its client is set up.",
            "quanyu source add shop --kind browser", is_group=True),
    Command("people", "whom.people:people", "Look into identity and correct it.", "quanyu people explain jd:13912",
            is_group=True),
)  # fmt: skip
"""Every command, in the order in which `quanyu --help` lists them."""


def commands(*called: str) -> typer.Typer:
    """Return the command line with the named commands (all, if none is named); the others are only listed."""
    app = typer.Typer(
        name="quanyu",
        cls=help.Group,
        help=say(TITLE),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
    )
    for command in COMMANDS:
        is_loaded = not called or command.name in called
        if command.is_group and is_loaded:
            app.add_typer(command.load(), name=command.name, cls=help.Group, help=command.help)
        else:
            act: Callable[..., Any] = command.load() if is_loaded else _nothing
            app.command(name=command.name, cls=help.Command, help=command.help)(act)
    return app


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage while modules come in: there is none, and looking for it takes a tenth of the time."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


def _nothing() -> None:
    """Stand for a command that is only listed."""
