"""Commands about whom a rule finds and who people are."""
