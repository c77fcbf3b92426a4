"""Live events: what comes in, and from which sources."""
