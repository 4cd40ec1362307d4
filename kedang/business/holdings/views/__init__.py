"""Pages of the archive, one module per part."""
