"""The budget, and the tests of spend that tell what it cannot."""
