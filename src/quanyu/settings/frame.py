"""The frame of the settings: what the whole house can be told; sections of rooms are added to it."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from cronsim import CronSim, CronSimError
from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from quanyu.nearest import nearest
from quanyu.settings.section import Section
from quanyu.text import Language, Sentence

S = TypeVar("S", bound=Section)
FILE = "quanyu.toml"
CHINESE, CHINESE_MONEY = {"CN", "HK", "MO", "TW"}, {"CNY", "HKD", "MOP", "TWD"}
"""Countries and currencies of shops that speak Chinese unless told otherwise."""
STATE = ".quanyu"
"""The folder inside a workspace that holds the ledger, the key, locks and temporary files."""


@cache
def zone_names() -> frozenset[str]:
    """Return the IANA time zones there are; each look at them opens hundreds of files."""
    return frozenset(available_timezones())


class SparkSettings(Section, name="spark"):
    """Where Spark runs; `local-cluster[2,1,1024]` is two workers with one core and 1 GB each."""

    master: str = "local[2]"
    """The Spark master: `local[2]`, `local-cluster[2,1,1024]`, `spark://host:7077`, `yarn`."""
    driver_memory: str = "2g"
    """Memory of the driver."""
    shuffle_partitions: int = Field(default=4, ge=1)
    """Parts into which joins and groupings are divided; about the number of cores."""
    options: dict[str, str] = Field(default_factory=dict)
    """Any other Spark configuration, by its Spark name."""


class StorageSettings(Section, name="storage"):
    """How long old table versions are kept, and how long a query may run."""

    keep_days: float = Field(default=7, ge=0, le=365)
    """Days for which older versions of a table stay readable; their files are removed afterwards. 0: only the newest."""
    small_files: int = Field(default=20, ge=1)
    """Small files that a table may have; when there are more, a load or turn ends by making one of them."""
    query_seconds: float = Field(default=60, gt=0, le=86_400)
    """Seconds after which a query by hand is stopped."""


class ScheduleSettings(Section, name="schedule"):
    """What is done by the clock, in days and hours of the workspace's time zone; `quanyu serve` does it."""

    at: dict[str, str] = Field(default_factory=dict)
    """Actions and when: `run_turn = "30 3 * * *"` does a turn at half past three; minute, hour, day, month, day of the week."""

    @field_validator("at")
    @classmethod
    def _is_cron(cls, value: dict[str, str]) -> dict[str, str]:
        for cron in value.values():
            try:
                CronSim(cron, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
            except CronSimError:
                raise ValueError(Sentence("{cron!r} is not a time as cron has it", cron=cron)) from None
        return value


class Frame(BaseSettings):
    """Everything a workspace can be told; unknown names are errors.

    >>> Frame(timezone="Asia/Shanghai").currency
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
    language: Language | None = None
    """Language of the report and the console, `zh` or `en`; nothing: Chinese where the shop is, else English."""
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
    rises_are_red: bool | None = None
    """What is good is red and what is bad green, as is the custom in China; false: the other way round; nothing: as the
    language has it."""
    spark: SparkSettings = SparkSettings()
    """Where Spark runs."""
    storage: StorageSettings = StorageSettings()
    """How long old versions are kept, and how long a query may run."""
    schedule: ScheduleSettings = ScheduleSettings()
    """What is done by the clock."""

    @field_validator("timezone")
    @classmethod
    def _is_known_zone(cls, value: str) -> str:
        if value not in zone_names():
            if near := nearest(value, zone_names()):
                raise ValueError(
                    Sentence("{zone!r} is not an IANA time zone; near it: {near!r}", zone=value, near=near)
                )
            raise ValueError(
                Sentence(
                    "{zone!r} is not an IANA time zone such as Asia/Shanghai or Europe/London", zone=value
                )
            )
        return value

    def of(self, section: type[S]) -> S:
        """Return the settings of a section."""
        settings: S = getattr(self, section.section)
        return settings

    @property
    def home(self) -> str:
        """The country of the shop: the one set, else that of the time zone, "" where a zone has none.

        >>> Frame().home, Frame(timezone="Europe/London").home
        ('CN', 'GB')
        """
        zone = get_global("zone_aliases").get(self.timezone, self.timezone)
        place = str(get_global("zone_territories").get(zone, ""))
        return self.country or (place if place.isalpha() else "")

    @property
    def speech(self) -> Language:
        """The language of the workspace: the one set, else that of its country, or of its money where no place is set.

        >>> Frame().speech, Frame(timezone="Europe/London").speech, Frame(currency="GBP").speech
        ('zh', 'en', 'en')
        """
        is_placed = bool(self.home and {"timezone", "country"} & self.model_fields_set)
        is_chinese = self.home in CHINESE if is_placed else self.currency in CHINESE_MONEY
        return self.language or ("zh" if is_chinese else "en")

    @property
    def good_is_red(self) -> bool:
        """Whether what is good is shown red: as set, else in Chinese workspaces."""
        return self.speech == "zh" if self.rises_are_red is None else self.rises_are_red

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
