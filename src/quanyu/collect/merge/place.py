"""The place of a file among those that are brought together, oldest first."""

SEQ = "_seq"
"""The column that holds it, in rows of several files."""
