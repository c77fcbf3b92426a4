"""The report: one self-contained HTML file with charts, readable on a phone, on paper and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from quanyu.figure import change, day, exact, figure, money, month, percent, short
from quanyu.method.assignment import CONTROL
from quanyu.part.action import Action, Caller
from quanyu.part.given import File
from quanyu.plan.advice import advice
from quanyu.plan.campaign import STATES, CampaignReview
from quanyu.plan.chart import Curve, Tile, Whisker, bars, forest, line, spark, tint, treemap
from quanyu.plan.journey import STATES as JOURNEY_STATES
from quanyu.plan.journey import JourneyReview, left_in
from quanyu.plan.review import Review, review
from quanyu.tables import CONTRACTS
from quanyu.tables.metric.catalogue import metric
from quanyu.tables.text.mask import masked
from quanyu.tables.view.data_words import CHECKS
from quanyu.tables.view.reason_words import tell as tell_reason
from quanyu.tables.view.slice_names import slice_name
from quanyu.text import Language, Text, told, translate
from quanyu.workspace import Workspace

HERE = Path(__file__).parent
RED, GREEN = "#c8372d", "#1d8a4e"


def write_report(ws: Workspace, out: Path, language: Language | None = None) -> Path:
    """Write the review of the shop to `out` and return the path; the workspace's language unless another is given.

    Where a simulated shop has kept what is truly so (`quanyu.plan.campaign.keep_truths`), that stands beside the measured.
    """
    chosen = language or ws.settings.speech
    page = render(review(ws), chosen, good_is_red=ws.settings.good_is_red)
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.part")
    part.write_text(page, encoding="utf-8")
    part.replace(out)
    return out


def render(summary: Review, language: Language, *, good_is_red: bool = True) -> str:
    """Return the page of a review."""
    pages = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    better, worse = (RED, GREEN) if good_is_red else (GREEN, RED)
    css = (HERE / "report.css").read_text(encoding="utf-8").replace("BETTER", better).replace("WORSE", worse)
    return pages.get_template("report.html").render(
        review=summary,
        language=language,
        # Every text inside is escaped where it is put in.
        css=Markup(css),  # nosec B704
        advice=advice(summary, language),
        charts=_charts(summary, language),
        **_words(summary, language),
    )


def _shown(value: object) -> object:
    """Return what the page writes for a value: texts with phone numbers and mail addresses masked."""
    return masked(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _words(summary: Review, language: Language) -> dict[str, Any]:
    """What the template calls to write words and numbers."""
    used = [
        *summary.cards,
        *[card for card in summary.yearly if card.metric not in [other.metric for other in summary.cards]],
    ]
    tell = partial(_tell, language)
    return {
        "tr": tell,
        "told": lambda said: told(said, language),
        "change": change,
        "percent": percent,
        "tint": tint,
        "metric": metric,
        "metrics": [card.metric for card in used],
        "day": lambda on, **more: day(on, language, **more),
        "month": lambda on: month(on, language),
        "figure": lambda value, unit: figure(value, unit, language, summary.currency),
        "exact": lambda value, unit: exact(value, unit, summary.currency),
        "money": lambda amount: money(amount, summary.currency),
        "short": lambda amount: short(amount, language, summary.currency),
        "refusal": lambda reason: tell_reason(reason, language),
        "per_hundred": _per_hundred,
        "is_control": lambda name: name == CONTROL,
        "state_name": lambda name: translate(STATES[name], language),
        "journey_state": lambda name: translate(JOURNEY_STATES[name], language),
        "left_by": lambda reason: left_in(reason, language),
        "slice_name": lambda name: slice_name(name, language),
        "check_name": lambda name: _check(name, language),
        "table_name": lambda name: _named(name, language),
        "column_name": lambda table, name: _column(table, name, language),
    }


def _tell(language: Language, message: Text, **values: object) -> str:
    plain: Text = str(message)
    return translate(plain, language, **values)


def _named(name: str, language: Language) -> str:
    table = CONTRACTS.get(name)
    return name if table is None else table.zh if language == "zh" else table.en


def _check(name: str, language: Language) -> str:
    return translate(CHECKS[name], language) if name in CHECKS else name


def _column(table: str, name: str, language: Language) -> str:
    column = CONTRACTS[table].by_name.get(name) if table in CONTRACTS else None
    return name if column is None else column.zh if language == "zh" else column.en


def _charts(summary: Review, language: Language) -> dict[str, Markup]:
    if summary.is_empty:
        return {}
    tell = partial(_tell, language)
    axis = partial(_axis, language=language, currency=summary.currency)
    days = Curve(
        [day(point.on, language, has_year=False) for point in summary.days],
        [point.value for point in summary.days],
        [point.value for point in summary.days_before],
        [day(point.on, language, has_year=False) for point in summary.days_before],
    )
    stacks = [(tell("Old buyers"), [point.numerator for point in summary.months_old]),
              (tell("New buyers"), [point.numerator for point in summary.months_new])]  # fmt: skip
    charts = {
        "days": line(days, axis, tell("Net revenue by day")),
        "months": _months(summary, stacks, axis, tell("Net revenue by month"), language),
        "groups": treemap(_tiles(summary, language), tell("Buyers by RFM group")),
    }
    charts |= _forests(summary, language)
    return charts | {
        f"spark_{card.metric.name}": spark(card.spark, card.metric.name_in(language))
        for card in summary.cards
    }


def _forests(summary: Review, language: Language) -> dict[str, Markup]:
    """Return what each campaign brought, and how its variants stand, as pictures."""
    tell = partial(_tell, language)
    drawn = {
        name: forest(_whiskers(those, language), _per_hundred, tell("Orders more per 100 people"))
        for name, those in (("brought", summary.campaigns), ("journeys", summary.journeys))
    }
    for one in summary.campaigns:
        versions = [
            Whisker(two.variant, two.difference, two.low, two.high, note=tell(two.verdict))
            for two in one.versions
            if two.against != CONTROL
            and two.difference is not None
            and two.low is not None
            and two.high is not None
        ]
        drawn[f"versions_{one.campaign_id}"] = forest(versions, _per_hundred, tell("Which variant is ahead"))
    return drawn


def _whiskers(those: Sequence[CampaignReview | JourneyReview], language: Language) -> list[Whisker]:
    return [
        Whisker(one.name, told.value, told.low, told.high, told.truth, note=day(one.launched_on, language))
        for one in those
        if (told := one.brought) and told.low is not None and told.high is not None and told.value is not None
    ]


def _per_hundred(share: float) -> str:
    """Return a number per person as one per hundred, with its sign.

    >>> _per_hundred(0.0612), _per_hundred(-0.02), _per_hundred(0.0)
    ('+6.1', '−2', '0')
    """
    size = f"{abs(share) * 100:.1f}".removesuffix(".0")
    return size if size == "0" else f"{'+' if share > 0 else '−'}{size}"


def _axis(value: float, language: Language, currency: str) -> str:
    return short(value, language, currency).replace(".00", "").replace(".0", "") if value else "0"


def _months(summary: Review, stacks: Any, axis: Any, title: str, language: Language) -> Markup:
    labels = [month(point.on, language) for point in summary.months]
    by_month = {point.on: at for at, point in enumerate(summary.months)}
    if not summary.months:
        return Markup("")
    spread = []
    for (name, values), points in zip(stacks, (summary.months_old, summary.months_new), strict=True):
        filled = [0.0] * len(labels)
        for point, value in zip(points, values, strict=True):
            if point.on in by_month:
                filled[by_month[point.on]] = value
        spread.append((name, filled))
    rest = [
        point.numerator - sum(values[at] for _, values in spread) for at, point in enumerate(summary.months)
    ]
    spread.append((translate("Not identified", language), rest))
    return bars(labels, spread, axis, title)


def _tiles(summary: Review, language: Language) -> list[Tile]:
    top = max((group.money_share for group in summary.groups), default=0.0) or 1.0
    return [
        Tile(
            group.n_people,
            group.money_share / top,
            group.name_in(language),
            translate("{people} of buyers · {money} of money", language,
                      people=percent(group.people_share, 0), money=percent(group.money_share, 0)),
            f"{group.name_in(language)}: {group.n_people:,} · {money(group.money_amount, summary.currency)}",
        )
        for group in summary.groups
    ]  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """Where the report goes (nothing: report.html), and in which language; nothing: the workspace's."""

    out: File | None = None
    language: Language | None = None


def _write(ws: Workspace, given: Paper, caller: Caller) -> Path:
    return write_report(ws, given.out or (caller.files or Path()) / "report.html", given.language)


REPORT = Action(
    "write_report",
    "Write the report: one self-contained HTML file with charts.",
    Paper,
    Path,
    _write,
    role="analyst",
    writes=False,
)
