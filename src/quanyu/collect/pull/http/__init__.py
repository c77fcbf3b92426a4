"""Services over HTTP: pages of JSON, asked for no faster than they allow, as rows. The home of their requests."""

from quanyu.collect.pull.http.service import Service, open_service

__all__ = ["Service", "open_service"]
