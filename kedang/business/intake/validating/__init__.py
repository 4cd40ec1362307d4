"""Checks that end in a Chinese sentence: of single values, and of rows whose cells stand in the wrong columns. Pure functions."""
