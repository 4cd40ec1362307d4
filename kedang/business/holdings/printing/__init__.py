"""Printed forms of the archive. Pages call these; what leaves is written down by ``services.sheets`` first."""
