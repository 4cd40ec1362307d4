"""Verbs of holds."""
