"""Screens about tasks for staff."""
