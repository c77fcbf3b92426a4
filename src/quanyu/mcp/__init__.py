"""The server for assistants: every action as a tool of the Model Context Protocol."""

from quanyu.mcp.server import Manner, server

__all__ = ["Manner", "server"]
