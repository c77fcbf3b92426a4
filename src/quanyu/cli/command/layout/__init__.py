"""Commands about file layouts."""
