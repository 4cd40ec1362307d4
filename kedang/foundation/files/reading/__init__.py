"""The text of stored files: taken out page by page by a confined process, or recognised in scans; sealed; found by keyed tokens."""
