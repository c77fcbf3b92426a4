"""Customer value."""

from quanyu.web.pages.value.value import value

__all__ = ["value"]
