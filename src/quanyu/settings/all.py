"""All settings of a workspace: those of the house and the sections that rooms declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import create_model

from quanyu.discovery import ROOT, declaring
from quanyu.settings.frame import Frame
from quanyu.settings.section import Section


def sections() -> tuple[type[Section], ...]:
    """Return the sections that rooms declare, in the order of the rooms and then of their files."""
    rooms = sorted(file.relative_to(ROOT).with_suffix("").as_posix() for file in ROOT.glob("*/settings.py"))
    modules = declaring(r"class \w+\(Section", *rooms)
    return tuple(
        declared
        for module in modules
        for declared in vars(module).values()
        if isinstance(declared, type) and issubclass(declared, Section) and declared.section
    )


if TYPE_CHECKING:
    Settings = Frame
else:
    _sections: dict[str, Any] = {section.section: (section, section()) for section in sections()}
    Settings = create_model("Settings", __base__=Frame, __doc__=Frame.__doc__, **_sections)
