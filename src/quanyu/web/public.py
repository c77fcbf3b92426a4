"""The public pages beside the console, under the same addresses, for whoever tries them on this machine."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from quanyu.discovery import declared
from quanyu.workspace import Workspace

PATHS = ("/c/", "/o/", "/u/", "/p/", "/hook/")


class Public:
    """Middleware: addresses of the public pages are answered by their own application, which knows no login."""

    def __init__(self, app: ASGIApp, ws: Workspace) -> None:
        (application,) = declared("PUBLIC", "api/public")
        self.app, self.public = app, application(ws)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        is_public = scope["type"] == "http" and scope["path"].startswith(PATHS)
        await (self.public if is_public else self.app)(scope, receive, send)
