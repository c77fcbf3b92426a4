"""A section of the settings: a room declares its own class in its `settings.py`, and it is found there."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Settings of one subject, a table of `quanyu.toml`: frozen, unknown names are errors.

    >>> class Tea(Section, name="tea"):
    ...     minutes: int = 3
    >>> Tea.section, Tea(minutes=5).minutes
    ('tea', 5)
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, str_strip_whitespace=True
    )
    section: ClassVar[str] = ""

    def __init_subclass__(cls, name: str = "", **options: Any) -> None:
        """Take the name of the section."""
        super().__init_subclass__(**options)
        cls.section = name
