"""Exporters: one file per platform, and `export`, which writes them all."""

from quanyu.world.export.export import export

__all__ = ["export"]
