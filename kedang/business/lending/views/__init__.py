"""Pages of the reading room and the loan desk."""
