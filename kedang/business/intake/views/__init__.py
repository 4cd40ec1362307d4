"""Pages of the import bench: upload, columns, review, result."""
