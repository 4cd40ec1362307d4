"""Pages of cases and flows."""
