"""Vocabulary of the trail for stored files, one module a part."""
