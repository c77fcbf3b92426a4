"""Operational records only: the single home of sqlalchemy."""
