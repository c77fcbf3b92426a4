"""The API for programs: every action under an address of its own, made from the actions themselves."""

from quanyu.api.route.routes import application

__all__ = ["application"]
