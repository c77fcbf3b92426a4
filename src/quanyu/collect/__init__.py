"""From sources to people."""
