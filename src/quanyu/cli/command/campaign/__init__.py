"""Commands about campaigns and what is sent."""
