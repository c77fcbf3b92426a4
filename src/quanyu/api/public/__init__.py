"""The public application: the few addresses that people and providers reach; it can listen alone."""

from quanyu.api.public.door import Counter, TooLargeError, body_of
from quanyu.api.public.page import language_of
from quanyu.api.public.public import application

__all__ = ["Counter", "TooLargeError", "application", "body_of", "language_of"]
