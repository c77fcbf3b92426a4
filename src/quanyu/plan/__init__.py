"""What next: the review of the shop, and the report that shows it."""
