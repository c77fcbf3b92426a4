"""Return curves: what ad channels bring, from daily spend and the orders of every sales channel."""
