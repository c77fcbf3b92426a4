"""Notifications of the shop's app."""
