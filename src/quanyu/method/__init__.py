"""The shape of every analysis: need, reduce, solve, score."""
