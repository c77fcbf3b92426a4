"""Segments: whom rules hold from turn to turn, one of them all around, and a builder."""
