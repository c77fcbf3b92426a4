"""Channels."""

from quanyu.web.pages.channels.channels import channels_page

__all__ = ["channels_page"]
