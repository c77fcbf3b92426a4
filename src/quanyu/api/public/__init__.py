"""The public application: the few addresses that people and providers reach; it can listen alone."""

from quanyu.api.public.public import application

__all__ = ["application"]
