"""Mechanisms; they know no customer and no archive."""
