"""Settings: frozen, read once at the edge; the frame is here, each room declares its own section."""

from quanyu.settings.all import Settings
from quanyu.settings.frame import FILE, STATE
from quanyu.settings.read import check_settings, read_settings
from quanyu.settings.section import Section

__all__ = ["FILE", "STATE", "Section", "Settings", "check_settings", "read_settings"]
