"""What next, who, and what may go wrong."""
