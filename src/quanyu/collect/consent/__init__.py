"""What people told the shop itself, brought into the tables."""
