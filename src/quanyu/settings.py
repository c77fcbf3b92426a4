"""Settings: frozen, read once at the edge from quanyu.toml and QUANYU_* variables (the variables win)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from quanyu.errors import SettingError
from quanyu.text import Language, Sentence

FILE = "quanyu.toml"
STATE = ".quanyu"
"""The folder inside a workspace that holds the ledger, the key, locks and temporary files."""
WRONG = "Setting {setting!r} is {value!r}: {wrong}."
SAID = {
    "literal_error": "Input should be {expected}",
    "string_pattern_mismatch": "String should match pattern '{pattern}'",
    "greater_than_equal": "Input should be greater than or equal to {ge}",
    "less_than_equal": "Input should be less than or equal to {le}",
    "string_type": "Input should be a valid string",
    "dict_type": "Input should be a valid dictionary",
    "int_type": "Input should be a valid integer",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "float_type": "Input should be a valid number",
    "float_parsing": "Input should be a valid number, unable to parse string as a number",
    "bool_type": "Input should be a valid boolean",
    "bool_parsing": "Input should be a valid boolean, unable to interpret input",
    "extra_forbidden": "Extra inputs are not permitted",
}
"""What Pydantic says of a value, by its kind of error; anything else is passed on in its words."""


class SparkSettings(BaseModel):
    """Where Spark runs; `local-cluster[2,1,1024]` is two workers with one core and 1 GB each."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    master: str = "local[2]"
    """The Spark master: `local[2]`, `local-cluster[2,1,1024]`, `spark://host:7077`, `yarn`."""
    driver_memory: str = "2g"
    """Memory of the driver."""
    shuffle_partitions: int = Field(default=4, ge=1)
    """Parts into which joins and groupings are divided; about the number of cores."""
    options: dict[str, str] = Field(default_factory=dict)
    """Any other Spark configuration, by its Spark name."""


class QualitySettings(BaseModel):
    """Limits that stop a run before derived tables change: share of bad rows, per check or `table.check`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    stop: dict[str, float] = Field(default_factory=dict)
    """Highest allowed share of bad rows (0 to 1) by check, or by `table.check`; more stops the run."""


class StorageSettings(BaseModel):
    """How long old table versions are kept, and how long a query may run."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    keep_days: float = Field(default=7, ge=0, le=365)
    """Days for which older versions of a table stay readable; their files are removed afterwards. 0: only the newest."""
    small_files: int = Field(default=20, ge=1)
    """Small files that a table may have; when there are more, a load or turn ends by making one of them."""
    query_seconds: float = Field(default=60, gt=0, le=86_400)
    """Seconds after which a query by hand is stopped."""


class RfmSettings(BaseModel):
    """How RFM is cut and what money it counts."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    window_days: int | None = Field(default=None, ge=1)
    """Days before the as-of day that count; nothing: all."""
    cut: Literal["mean", "median", "quantile", "fixed"] = "median"
    """Where an axis turns high."""
    quantiles: int = Field(default=5, ge=2, le=10)
    """Number of scores per axis."""
    fixed: tuple[float, float, float] = (10.0, 3.0, 200.0)
    """Days, orders and money from which an axis is high, with `cut = "fixed"`."""
    money: Literal["sum", "average"] = "sum"
    """What M is: all that was spent, or the average per order."""
    basis: Literal["net", "gross"] = "net"
    """Money after refunds and returns, or before."""


class ExperimentSettings(BaseModel):
    """Who is left alone so that effects can be measured, and how they are read."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    holdout_share: float = Field(default=0.05, ge=0, lt=1)
    """Share of all people outside every campaign, so that the effect of all of them together can be read."""
    window_days: int = Field(default=14, ge=1)
    """Days after the start of a campaign whose orders count, where its design does not say."""
    baseline_days: int = Field(default=180, ge=1)
    """Days before the start whose orders explain away differences between people."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """How often an interval holds the true effect."""


class AudienceSettings(BaseModel):
    """The audience that every turn proposes, and how it would be reached and measured."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    is_proposed: bool = True
    """Whether a turn proposes an audience by itself."""
    name: str = "高价值挽回"
    """Name of the campaign."""
    rule: str = "group in at_risk, must_win_back, promising"
    """Whom it is for: conditions on RFM, value and traits, parted by semicolons."""
    kind: Literal["list", "ads"] = "list"
    """A list of contacts for staff or a sender, or hashed identifiers for an ad platform."""
    channel: Literal["sms", "call", "mail", "wechat", "ads"] = "sms"
    """The channel whose contact and consent are needed."""
    control_share: float = Field(default=0.2, gt=0, lt=1)
    """Share of those who could be reached that is kept out, to measure the effect."""
    window_days: int = Field(default=14, ge=1)
    """Days over which both groups are compared."""
    rest_days: int = Field(default=14, ge=0)
    """Nobody who was contacted in so many days is contacted again."""
    contact_cost_amount: float = Field(default=0.05, ge=0)
    """What one contact costs, in the workspace's currency."""


class LifetimeSettings(BaseModel):
    """How far ahead customers are valued, and how the forecast is fitted and tested."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    horizon_days: int = Field(default=365, ge=1, le=3650)
    """Days ahead that are forecast."""
    discount_rate: float = Field(default=0.1, ge=0, le=10)
    """Yearly rate at which later money counts less."""
    model: Literal["auto", "bg_nbd", "mbg_nbd", "pareto_nbd"] = "auto"
    """The model of buying; `auto` takes the one that foresaw the holdout best."""
    holdout_days: int | None = Field(default=None, ge=0)
    """Last days kept back to test the forecast; nothing: a third of the days of trade, at most the horizon."""
    warm_up_days: int | None = Field(default=None, ge=0)
    """Buyers first seen in so many days from where the data begin are not fitted to; nothing: a tenth, at most 90."""
    by: Literal["", "first_channel", "first_category"] = ""
    """Groups that may buy faster and leave sooner; nothing: one group."""
    margin_rate: float | None = Field(default=None, gt=0, le=1)
    """Margin as a share of the net amount where orders do not say it; nothing: the net amount itself is counted."""


Rule = Literal[
    "last",
    "first",
    "linear",
    "time_decay",
    "position",
    "markov",
    "shapley",
    "shapley_rate",
    "shapley_ordered",
]


class AttributionSettings(BaseModel):
    """Which contacts count as touches, and how orders are credited to them."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    window_days: int = Field(default=30, ge=1, le=365)
    """Days before an order in which a touch can have a part in it."""
    other_windows: tuple[int, ...] = (7, 90)
    """More windows for which credits are worked out, so that the console can compare them."""
    period_days: int = Field(default=365, ge=1)
    """Days before the as-of day whose orders are credited."""
    models: tuple[Rule, ...] = Field(default=get_args(Rule), min_length=1)
    """Models that credit orders; those of `shapley_rate` and `shapley_ordered` only for channels, not campaigns."""
    order: int = Field(default=1, ge=1, le=4)
    """Channels that a state of the Markov chain remembers."""
    half_life_days: float = Field(default=7.0, ge=0.5)
    """Days after which a touch counts half as much in the time-decay model."""
    ends: tuple[float, float] = (0.4, 0.4)
    """Shares of the first and the last touch in the position model; the rest is for those between."""
    n_resamples: int = Field(default=200, ge=20, le=10_000)
    """Refits on resampled paths behind every interval."""
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """Share of the refits that an interval holds."""
    channel_windows: dict[str, int] = Field(default_factory=dict)
    """Days by channel where one differs, for the daily series of orders with a touch."""
    same_contact_minutes: int = Field(default=30, ge=0)
    """Rows of one person and campaign no further apart than this are one contact: a click and the visit it opened."""
    free_channels: tuple[str, ...] = (
        "direct", "organic", "own", "unknown", "taobao", "tmall", "jd", "pinduoduo", "douyin", "xiaohongshu",
        "kuaishou", "youzan", "shopify", "store", "online",
    )  # fmt: skip
    """Channels of a visit that make it no touch unless it carries a campaign: nobody paid for it or sent it."""
    aliases: dict[str, str] = Field(default_factory=lambda: {"baidu_search": "baidu"})
    """Names of channels in clicks and visits that stand for another: the platform as `spend` writes it."""
    left_out_kinds: tuple[str, ...] = ("impression",)
    """Kinds of rows in `touches` that are no touch."""


class CurveSettings(BaseModel):
    """What is known of ad channels and orders that their files do not tell, for the return curves."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    window_days: int = Field(default=730, ge=90)
    """Days of history that the curves are fitted to, at most."""
    lands: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Sales channels on which people buy who come from an ad channel, where data and names do not tell."""
    margin_rate: float | None = Field(default=None, gt=0, le=1)
    """Margin as a share of net revenue, where neither orders nor the costs of items tell it."""
    order_worth: float = Field(default=1.0, gt=0)
    """What an order is worth over time per yuan of its own margin; 1 counts nothing that comes later."""


class BudgetSettings(BaseModel):
    """How the money for ads may be divided; all amounts are per day."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    total: float | None = Field(default=None, gt=0)
    """The most that all ad channels together may get; nothing: as much as they spent in the last 28 days."""
    reserve: float = Field(default=0.1, ge=0, lt=1)
    """Share of `total` that is kept back for what nobody foresaw; it counts only where a total is set."""
    floors: dict[str, float] = Field(default_factory=dict)
    """The least a channel must get."""
    caps: dict[str, float] = Field(default_factory=dict)
    """The most a channel may get."""
    step: float = Field(default=0.2, gt=0, le=1)
    """How far a channel may move in one turn, as a share of what it spends now."""
    must_spend: bool = False
    """Give the whole total away, even where the last of it brings back less than it costs."""
    confidence: float = Field(default=0.9, gt=0.5, lt=1)
    """How probable a gain must be before a change is proposed."""
    plan: dict[str, float] = Field(default_factory=dict)
    """Planned spend by channel for a month; nothing: as much per day as in the 28 days before the month."""
    tolerance: float = Field(default=0.1, gt=0)
    """How far spend may be off its plan before the pace is called over or under."""
    stage: Literal["start", "growth", "mature"] = "growth"
    """Stage of the company: how money is divided at first, when nothing is known yet."""


class Settings(BaseSettings):
    """Everything a workspace can be told; unknown names are errors.

    >>> Settings(timezone="Asia/Shanghai").currency
    'CNY'
    """

    model_config = SettingsConfigDict(
        env_prefix="QUANYU_",
        env_ignore_empty=True,
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",
        toml_file=None,
        use_attribute_docstrings=True,
    )

    name: str = ""
    """Name of the shop, shown in the report and the console."""
    timezone: str = "Asia/Shanghai"
    """IANA time zone; days are days of this zone, and file times without a zone are read in it."""
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    """Currency of all money, ISO 4217; what sources say in other currencies is converted by `fx_rates`."""
    fx_days: int = Field(default=31, ge=0)
    """A day without a rate takes the nearest one of so many days before; without any, its amounts wait for a rate."""
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    """Country of telephone numbers written without one, ISO 3166; nothing: the country of the time zone."""
    kinds: tuple[str, ...] = ()
    """Kinds of identifiers beside the usual ones that files may name, such as a platform of one's own: `lazada`."""
    language: Language = "zh"
    """Language of the report and the console: `zh` or `en`."""
    engine: Literal["duckdb", "spark"] = "duckdb"
    """What runs the queries."""
    ledger_url: str = ""
    """SQLAlchemy URL of the ledger; nothing: SQLite inside the workspace."""
    memory_limit: str = Field(default="4GB", pattern=r"^\d+(\.\d+)?(MB|GB|MiB|GiB)$")
    """Memory that DuckDB may use before it spills to disk."""
    threads: int = Field(default=0, ge=0)
    """Threads of DuckDB; 0: one per core."""
    seed: int = 20261111
    """The seed of everything drawn at random."""
    rises_are_red: bool = True
    """Rises are red and falls green, as is the custom in China; false: the other way round."""
    spark: SparkSettings = SparkSettings()
    """Where Spark runs."""
    storage: StorageSettings = StorageSettings()
    """How long old versions are kept, and how long a query may run."""
    quality: QualitySettings = QualitySettings()
    """Limits that stop a run."""
    rfm: RfmSettings = RfmSettings()
    """How RFM is cut."""
    audience: AudienceSettings = AudienceSettings()
    """The audience that every turn proposes."""
    experiment: ExperimentSettings = ExperimentSettings()
    """Who is left alone, and how effects are read."""
    lifetime: LifetimeSettings = LifetimeSettings()
    """How customers are valued."""
    attribution: AttributionSettings = AttributionSettings()
    """How orders are credited to channels."""
    curve: CurveSettings = CurveSettings()
    """What the return curves need to be told."""
    budget: BudgetSettings = BudgetSettings()
    """How the money for ads may be divided."""

    @field_validator("timezone")
    @classmethod
    def _is_known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(
                Sentence(
                    "{zone!r} is not an IANA time zone such as Asia/Shanghai or Europe/London", zone=value
                )
            )
        return value

    @property
    def home(self) -> str:
        """The country of the shop: the one set, else that of the time zone, "" where a zone has none.

        >>> Settings().home, Settings(timezone="Europe/London").home
        ('CN', 'GB')
        """
        zone = get_global("zone_aliases").get(self.timezone, self.timezone)
        place = str(get_global("zone_territories").get(zone, ""))
        return self.country or (place if place.isalpha() else "")

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's time zone: days are days of this zone."""
        return ZoneInfo(self.timezone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, then variables, then the file."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))


def read_settings(root: Path) -> Settings:
    """Read the settings of the workspace at `root`; raise `SettingError` naming the value that is wrong."""

    class _FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=root / FILE, extra="forbid")

    try:
        return Settings.model_validate(_FromFile().model_dump())
    except ValidationError as error:
        where = _place(error)
        variable = f"QUANYU_{where.upper().replace('.', '__')}"
        raise SettingError(
            WRONG,
            "Correct it in {file} or in the variable {variable}.",
            file=root / FILE,
            variable=variable,
            **_seen(error),
        ) from None
    except OSError as error:
        raise SettingError(
            "{file} cannot be read: {error}.",
            "Check its permissions, or restore it.",
            file=root / FILE,
            error=str(error),
        ) from None
    except ValueError as error:
        raise SettingError(
            "{file} is not valid TOML: {error}.", "Correct the file.", file=root / FILE, error=str(error)
        ) from None


def check_settings(given: Mapping[str, object]) -> Settings:
    """Return settings made of given values; raise `SettingError` naming the one that is wrong or unknown."""
    if unknown := sorted(given.keys() - Settings.model_fields.keys()):
        raise SettingError(
            "There is no setting {setting!r}.",
            "Settings: {settings}.",
            setting=unknown[0],
            settings=", ".join(Settings.model_fields),
        )
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise SettingError(
            WRONG, "See docs/reference/settings.md for what is allowed.", **_seen(error)
        ) from None


def _place(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.errors()[0]["loc"])


def _seen(error: ValidationError) -> dict[str, Any]:
    """Return the setting, the value and what is wrong with it."""
    first = error.errors()[0]
    context = first.get("ctx", {})
    wrong = first["msg"]
    if first["type"] in SAID:
        wrong = Sentence(SAID[first["type"]], **context)
    elif "error" in context:
        wrong = context["error"].args[0]
    return {"setting": _place(error), "value": first.get("input"), "wrong": wrong}
