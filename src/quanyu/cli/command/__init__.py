"""One command group per area."""
