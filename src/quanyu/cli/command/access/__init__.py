"""Commands about who may sign in, and keys of programs."""
