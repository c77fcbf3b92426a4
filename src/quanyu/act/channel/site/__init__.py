"""Messages in a slot of the shop's own pages or mini-program, shown when their person comes by."""
