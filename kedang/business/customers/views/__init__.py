"""Page classes of customers, one file per page."""
