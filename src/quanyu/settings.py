"""Settings: frozen, read once at the edge from quanyu.toml and QUANYU_* variables (the variables win)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from quanyu.errors import SettingError
from quanyu.text import Language

FILE = "quanyu.toml"
STATE = ".quanyu"
"""The folder inside a workspace that holds the ledger, the key, locks and temporary files."""


class SparkSettings(BaseModel):
    """Where Spark runs; `local-cluster[2,1,1024]` is two workers with one core and 1 GB each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    master: str = "local[2]"
    driver_memory: str = "2g"
    shuffle_partitions: int = Field(default=4, ge=1)
    options: dict[str, str] = Field(default_factory=dict)


class QualitySettings(BaseModel):
    """Limits that stop a run before derived tables change: share of bad rows, per check or `table.check`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stop: dict[str, float] = Field(default_factory=dict)


class RfmSettings(BaseModel):
    """How RFM is cut and what money it counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_days: int | None = Field(default=None, ge=1)
    cut: Literal["mean", "median", "quantile", "fixed"] = "median"
    quantiles: int = Field(default=5, ge=2, le=10)
    fixed: tuple[float, float, float] = (10.0, 3.0, 200.0)
    money: Literal["sum", "average"] = "sum"
    basis: Literal["net", "gross"] = "net"


class Settings(BaseSettings):
    """Everything a workspace can be told; unknown names are errors.

    >>> Settings(timezone="Asia/Shanghai").currency
    'CNY'
    """

    model_config = SettingsConfigDict(
        env_prefix="QUANYU_", env_nested_delimiter="__", frozen=True, extra="ignore", toml_file=None
    )

    name: str = ""
    timezone: str = "Asia/Shanghai"
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    language: Language = "zh"
    engine: Literal["duckdb", "spark"] = "duckdb"
    ledger_url: str = ""
    memory_limit: str = Field(default="4GB", pattern=r"^\d+(\.\d+)?(MB|GB|MiB|GiB)$")
    threads: int = Field(default=0, ge=0)
    seed: int = 20261111
    rises_are_red: bool = True
    spark: SparkSettings = SparkSettings()
    quality: QualitySettings = QualitySettings()
    rfm: RfmSettings = RfmSettings()

    @field_validator("timezone")
    @classmethod
    def _is_known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not an IANA time zone such as Asia/Shanghai or Europe/London")
        return value

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
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingError(
            f"Setting {where!r} is {first.get('input')!r}: {first['msg']}.",
            f"Correct it in {root / FILE} or in the variable QUANYU_{where.upper().replace('.', '__')}.",
        ) from None
    except ValueError as error:
        raise SettingError(f"{root / FILE} is not valid TOML: {error}.", "Correct the file.") from None
