"""Settings are read once, at the edge: from quanyu.toml and QUANYU_* variables; the variables win."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsConfigDict

from quanyu.errors import SettingError
from quanyu.nearest import did_you_mean, nearest
from quanyu.settings.all import Settings
from quanyu.settings.frame import FILE
from quanyu.text import Sentence, Text

WRONG = "Setting {setting!r} is {value!r}: {wrong}."
SAID: Mapping[str, Text] = {
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
}
"""What Pydantic says of a value, by its kind of error; anything else is passed on in its words."""


def read_settings(root: Path) -> Settings:
    """Read the settings of the workspace at `root`; raise `SettingError` naming the value that is wrong."""

    class _FromFile(Settings):
        # What fields say of themselves is not asked of this one; looking for it takes most of the time of reading.
        model_config = SettingsConfigDict(
            toml_file=root / FILE, extra="forbid", use_attribute_docstrings=False
        )

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
        near = did_you_mean(unknown[0], Settings.model_fields)
        raise SettingError(
            "There is no setting {setting!r}.",
            "{near} Settings: {settings}." if near else "Settings: {settings}.",
            setting=unknown[0],
            near=near,
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
    if first["type"] == "extra_forbidden":
        wrong = _unknown(first["loc"])
    elif first["type"] in SAID:
        wrong = Sentence(SAID[first["type"]], **context)
    elif "error" in context:
        wrong = context["error"].args[0]
    return {"setting": _place(error), "value": first.get("input"), "wrong": wrong}


def _unknown(place: tuple[int | str, ...]) -> Sentence:
    """Say that there is no setting of this name, and which one is near."""
    *sections, name = map(str, place)
    model: type[BaseModel] = Settings
    for section in sections:
        inner = model.model_fields[section].annotation if section in model.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return Sentence("there is no setting of this name")
        model = inner
    if near := nearest(name, model.model_fields):
        return Sentence("there is no setting of this name; near it: {near!r}", near=near)
    return Sentence("there is no setting of this name")
