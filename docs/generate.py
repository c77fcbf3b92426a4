"""Write docs/reference/ from the program itself: `make docs`. A test fails when a page says something else."""

from __future__ import annotations

import ast
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

os.environ["QUANYU_LANGUAGE"] = "en"

import typer.main
from pydantic import BaseModel

import quanyu
from quanyu.cli.commands import COMMANDS, commands
from quanyu.collect.layout.catalogue import layouts
from quanyu.collect.layout.layout import Layout
from quanyu.loop import STEPS, lineage
from quanyu.settings import Settings
from quanyu.tables import CONTRACTS, Table
from quanyu.tables.metric.catalogue import METRICS, is_additive
from quanyu.understand.trait.catalogue import TRAITS
from quanyu.understand.trait.trait import FAMILIES

FOLDER = Path(__file__).parent / "reference"
CONTRIBUTING = Path(__file__).parents[1] / "CONTRIBUTING.md"
OPENS, CLOSES = "<!-- the house, made by `make docs` -->", "<!-- end of the house -->"
NOTE = "Made from the program by `make docs`; do not edit.\n"


def grid(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return str("" if value is None else value).replace("|", "\\|").replace("\n", " ").strip()


def code(words: Iterable[str]) -> str:
    """Return words as code, with commas."""
    return ", ".join(f"`{word}`" for word in words)


def tables() -> str:
    """Return the page of the table contracts."""
    index = grid(
        ("table", "中文", "English", "one row per", "owner", "rows come from"),
        (
            (f"[{one.name}](#{one.name})", one.zh, one.en, one.grain, one.owner, _origin(one))
            for one in CONTRACTS.values()
        ),
    )
    intro = (
        "Every warehouse table has a contract: who writes it, what one row is, the key, and for each column the type, the unit and "
        "the privacy class (`open`, `pseudonym`: a key that stands for a person, `personal`: data about a person as it is). "
        "Times are UTC; days are days of the workspace's time zone; money is `decimal(18, 2)` in the workspace's currency.\n"
    )
    return "\n".join(["# Tables\n", NOTE, intro, index, *(_table(one) for one in CONTRACTS.values())])


def _origin(table: Table) -> str:
    steps = lineage()[table.name]["written_by"]
    return (
        ", ".join("`quanyu load`" if step == "load" else f"step `{step}`" for step in steps)
        or "not filled yet"
    )


def _table(table: Table) -> str:
    rows = (
        (f"`{c.name}`", f"`{c.type}`", c.zh, c.en, "yes" if c.is_required else "", c.privacy, _limits(c))
        for c in table.columns
    )
    facts = f"{table.zh} · {table.en}. One row per {table.grain}; key {code(table.key)}; owned by `{table.owner}`."
    more = [
        " Append-only." if table.is_append_only else "",
        " May have further columns." if table.is_open else "",
    ]
    heads = ("column", "type", "中文", "English", "required", "privacy", "unit, limits, notes")
    return f"## {table.name}\n\n{facts}{''.join(more)}\n\n{grid(heads, rows)}"


def _limits(column: Any) -> str:
    low, high = column.low, column.high
    parts = [
        column.unit,
        f"from {low:g}" if low is not None else "",
        f"to {high:g}" if high is not None else "",
        f"one of {', '.join(column.allowed)}" if column.allowed else "",
        f"refers to `{column.refers}`" if column.refers else "",
        column.note,
    ]
    return "; ".join(part for part in parts if part)


def command_page() -> str:
    """Return the page of the commands."""
    root: Any = typer.main.get_command(commands())
    parts = ["# Commands\n", NOTE]
    parts.append(
        "`quanyu --help` lists the commands, `quanyu COMMAND --help` explains one. Commands speak the language of `QUANYU_LANGUAGE` "
        "(`zh` or `en`), else that of `LANG`. The workspace is the current folder, `QUANYU_WORKSPACE` or `--workspace`.\n"
    )
    for command in COMMANDS:
        found = root.commands[command.name]
        if command.is_group:
            parts += [f"## quanyu {command.name}\n\n{command.summary}\n"]
            parts += [_command(f"{command.name} {name}", one, "###") for name, one in found.commands.items()]
        else:
            parts.append(_command(command.name, found, "##"))
    return "\n".join([*parts, _exit_codes()])


def _command(name: str, command: Any, level: str) -> str:
    summary, _, example = command.help.partition("\n\nExample: ")
    rows = [
        (f"`{_spelling(one)}`", _help(one), _default(one))
        for one in command.params
        if "--help" not in getattr(one, "opts", ())
    ]
    return f"{level} quanyu {name}\n\n{summary}\n\n```\n{example}\n```\n\n{grid(('argument or option', 'meaning', 'default'), rows)}"


def _spelling(one: Any) -> str:
    if one.param_type_name == "argument":
        shown = one.metavar or one.name.upper()
        return shown if one.nargs == 1 or shown.endswith("...") else f"{shown}..."
    return ", ".join(one.opts) + (
        "" if one.is_flag else f" {one.metavar or _kind(one.type_descriptor.annotation)}"
    )


def _kind(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "|".join(str(one.value) for one in annotation)
    return {Path: "PATH", int: "NUMBER"}.get(annotation, "TEXT")


def _help(one: Any) -> str:
    return str(one.help or "")


def _default(one: Any) -> str:
    value = one.default
    if one.required:
        return "required"
    return "" if value in (None, False, "") or callable(value) else f"`{getattr(value, 'value', value)}`"


def _exit_codes() -> str:
    from quanyu import errors

    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.QuanyuError)
    ]
    by_code: dict[int, list[str]] = {}
    for kind in kinds:
        by_code.setdefault(kind.exit_code, []).append(kind.__name__)
    meaning = {
        name: (getattr(errors, name).__doc__ or "").splitlines()[0]
        for names in by_code.values()
        for name in names
    }
    rows: list[tuple[object, str, str]] = [(0, "", "Done.")]
    rows += [(number, code(names), meaning[names[0]]) for number, names in sorted(by_code.items())]
    rows.append((130, "", "Stopped with Ctrl-C; the same command goes on."))
    told = "An error says what happened and what to do next on the error stream. A wrong argument is 2 as well.\n"
    return f"## Exit codes\n\n{told}\n{grid(('code', 'errors', 'meaning'), rows)}"


def settings() -> str:
    """Return the page of the settings."""
    told = (
        "Settings stand in `quanyu.toml` in the workspace's folder; variables win over the file. They are read once, when a command starts. "
        "A name that is not listed here is an error.\n\n"
        '```toml\ntimezone = "Asia/Shanghai"\ncurrency = "CNY"\n\n[rfm]\ncut = "mean"\n\n[quality.stop]\n"orders.completeness" = 0.05\n```\n'
    )
    rows = [
        (f"`{name}`", f"`{variable}`", kind, default, meaning)
        for name, variable, kind, default, meaning in setting_rows(Settings)
    ]
    more = (
        "`QUANYU_LANGUAGE` also sets the language of the command line. Two more variables are no settings: `QUANYU_WORKSPACE` (the "
        "workspace of a command) and `QUANYU_SECRET` (the key of all pseudonyms, in place of the workspace's own).\n"
    )
    return "\n".join(
        [
            "# Settings\n",
            NOTE,
            told,
            grid(("setting", "variable", "allowed", "default", "meaning"), rows),
            more,
        ]
    )


def setting_rows(model: type[BaseModel], prefix: str = "") -> Iterable[tuple[str, str, str, str, str]]:
    """Yield name, variable, type, default and meaning of every setting, nested ones with a dot."""
    for name, one in model.model_fields.items():
        if isinstance(one.annotation, type) and issubclass(one.annotation, BaseModel):
            yield from setting_rows(one.annotation, f"{prefix}{name}.")
            continue
        full = f"{prefix}{name}"
        default = one.get_default(call_default_factory=True)
        shown = "" if default in (None, "", {}) else f"`{default}`"
        yield full, f"QUANYU_{full.upper().replace('.', '__')}", _allowed(one), shown, one.description or ""


def _allowed(one: Any) -> str:
    kind = (
        getattr(one.annotation, "__name__", "") if isinstance(one.annotation, type) else str(one.annotation)
    )
    kind = kind if "[" not in str(one.annotation) else str(one.annotation)
    kind = kind.replace("typing.", "").replace("Literal[", "one of ").replace(" | None", " or nothing")
    kind = kind.removesuffix("]") if kind.startswith("one of ") else kind
    rules = [
        str(rule)
        .replace("Ge(ge=", "at least ")
        .replace("Le(le=", "at most ")
        .replace("Gt(gt=", "above ")
        .replace("Lt(lt=", "below ")
        .rstrip(")")
        for rule in one.metadata
    ]
    rules = [
        rule if "pattern" not in rule else f"like `{getattr(raw, 'pattern', '')}`"
        for rule, raw in zip(rules, one.metadata, strict=True)
    ]
    return ", ".join([kind.replace("'", ""), *rules])


def layout_page() -> str:
    """Return the page of the layouts."""
    known = layouts()
    told = (
        "A file is recognised by its columns, whatever its name, its encoding (UTF-8, GB18030, UTF-16), its separator, or the lines "
        "above the header. `quanyu load FILE --as LAYOUT` names a layout. [Writing one](../how-to/write-a-layout.md) needs no code.\n"
    )
    return "\n".join(
        ["# Layouts\n", NOTE, told, "## Platforms\n", _layouts(one for one in known if not one.is_plain),
         "## Plain tables\n", "Columns are named as in the [table](tables.md). Other columns of the table may be there or not.\n",
         _layouts(one for one in known if one.is_plain)]
    )  # fmt: skip


def _layouts(some: Iterable[Layout]) -> str:
    rows = (
        (f"`{one.name}`", one.zh, one.en, code(one.match) + (f" and one of {code(one.either)}" if one.either else ""),
         code(dict.fromkeys(each.table.name for each in one.targets)))
        for one in some
    )  # fmt: skip
    return grid(("layout", "中文", "English", "recognised by the columns", "fills"), rows)


def metrics() -> str:
    """Return the page of the metrics."""
    told = (
        "Each metric is a sum, or a sum divided by a sum; ratios are never averaged. The table [metrics](tables.md#metrics) keeps both "
        "sums by day, week and month, for the whole shop and by slice. Metrics that count different people are counted anew for every "
        "period: their days do not add up.\n"
    )
    rows = (
        (f"`{name}`", one.name_in("zh"), one.name_in("en"), f"`{one.numerator}`" + (f" / `{one.denominator}`" if one.is_ratio else ""),
         one.unit, one.better, "yes" if is_additive(name) else "no", one.definition_in("zh"), one.definition_in("en"))
        for name, one in METRICS.items()
    )  # fmt: skip
    heads = ("metric", "中文", "English", "made of", "unit", "better", "days add up", "定义", "definition")
    return "\n".join(["# Metrics\n", NOTE, told, grid(heads, rows)])


def traits() -> str:
    """Return the page of the traits."""
    told = (
        "Traits are the columns of [portraits](tables.md#portraits): one row per person, all of them as of one day. Traits of your own stand in "
        "`traits.toml` in the workspace's folder:\n\n"
        '```toml\n[weekend_buyer]\nzh = "周末买家"\nen = "Weekend buyer"\nfamily = "behaviour"\nkind = "flag"\n'
        'expression = "favourite_weekday >= 6 AND n_orders >= 2"\n```\n\n'
        "An expression may name the traits below and the columns of [facts](tables.md#facts).\n"
    )
    parts = ["# Traits\n", NOTE, told]
    for family, (zh, en) in FAMILIES.items():
        rows = (
            (f"`{one.name}`", one.zh, one.en, one.kind, one.unit, one.definition("en"))
            for one in TRAITS
            if one.family == family
        )
        parts += [f"## {zh} · {en}\n", grid(("trait", "中文", "English", "kind", "unit", "meaning"), rows)]
    return "\n".join(parts)


def steps() -> str:
    """Return the page of the loop's steps."""
    told = (
        "`quanyu run` does these steps in this order; `quanyu run --explain` says which are due and why.\n\n"
        "Kept: whole is worked out anew; by person or by day, only what people or days give that something touched since.\n"
    )
    rows = (
        (f"`{one.name}`", one.label, code(one.reads), code(one.writes), one.kept.replace("_", " "))
        for one in STEPS
    )
    return "\n".join(
        ["# Steps of the loop\n", NOTE, told, grid(("step", "what it does", "reads", "writes", "kept"), rows)]
    )


def house() -> str:
    """Return the map of the house: every room, what it answers, and the rooms within it."""
    source = Path(quanyu.__file__).parent
    rows = (
        (f"`{name}`", first_line(face(source / name)), code(within(source / name)))
        for floor in floors()
        for name in floor
    )
    return grid(("room", "what it is", "rooms within, entered by their face"), rows)


def floors() -> list[list[str]]:
    """Return the rooms floor by floor, as the import rules have them."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return [layer.split(" | ") for layer in layers]


def face(room: Path) -> Path:
    """Return the module that speaks for a room."""
    return room / "__init__.py" if room.is_dir() else room.with_suffix(".py")


def within(room: Path) -> list[str]:
    """Return the names of the folders of a room that hold modules."""
    return sorted(file.parent.name for file in room.glob("*/__init__.py"))


def first_line(file: Path) -> str:
    """Return what a module says of itself in one line."""
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def contributing(text: str) -> str:
    """Return CONTRIBUTING with the map of the house as it is."""
    before, _, rest = text.partition(OPENS)
    _, _, after = rest.partition(CLOSES)
    return f"{before}{OPENS}\n{house()}{CLOSES}{after}"


def pages() -> Mapping[str, str]:
    """Return every page by file name."""
    return {
        "commands.md": command_page(),
        "layouts.md": layout_page(),
        "metrics.md": metrics(),
        "settings.md": settings(),
        "steps.md": steps(),
        "tables.md": tables(),
        "traits.md": traits(),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"docs/reference/{name}")
    CONTRIBUTING.write_text(contributing(CONTRIBUTING.read_text(encoding="utf-8")), encoding="utf-8")
