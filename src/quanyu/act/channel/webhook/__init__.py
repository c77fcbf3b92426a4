"""Messages to a program of one's own, signed as Standard Webhooks has it."""
