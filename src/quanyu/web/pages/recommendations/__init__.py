"""What is offered to whom, and how far that can be believed."""
