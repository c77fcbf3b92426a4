"""Journeys: the list, one of them with everybody in it, and the form of a new one or a new version."""
