"""What rooms declare of themselves: steps of the loop and actions; and what steps share, the day and the program."""
