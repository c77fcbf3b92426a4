"""Channels: who is credited with which orders, and how people came to them."""
