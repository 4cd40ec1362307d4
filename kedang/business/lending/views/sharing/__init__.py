"""Pages of sharings."""
