"""Audiences: proposed, built by hand, and what became of them."""
