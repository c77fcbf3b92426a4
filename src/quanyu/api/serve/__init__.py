"""Serving: one process or several, each with its health, its figures, its log, and a quiet end."""

from quanyu.api.serve.surround import Background, Surround

__all__ = ["Background", "Surround"]
