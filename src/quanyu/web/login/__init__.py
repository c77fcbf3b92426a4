"""Signing in: the door that asks for a session, and the page where one begins."""

from quanyu.web.login.door import Door, visitor_of
from quanyu.web.login.screen import serve_login

__all__ = ["Door", "serve_login", "visitor_of"]
