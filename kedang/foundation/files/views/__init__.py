"""Pages of stored files, one module a part."""
