"""Commands about the ways out."""
