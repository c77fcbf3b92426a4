"""Commands about what is offered: what is recommended, at what price, with which promotion."""
