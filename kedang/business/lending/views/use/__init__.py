"""Pages of requests to use the archive, of what they open, and of what comes after."""
