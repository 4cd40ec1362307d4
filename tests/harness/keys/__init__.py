"""Rotation of keys, killed again and again (goal R24): everything can be read at every moment, nothing under two unknown keys."""
