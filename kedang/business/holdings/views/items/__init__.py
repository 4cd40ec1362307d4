"""Pages of 件 and their filing."""
