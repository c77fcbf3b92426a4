"""Serving: one process or several, each with its health, its figures, its log, and a quiet end."""

from quanyu.api.serve.surround import Surround

__all__ = ["Surround"]
