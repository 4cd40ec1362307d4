"""Vocabulary of the trail for the archive, one module per part; services import from their own."""
