"""The demo company, generated from a seed: staff, 2,000 customers of all kinds, two years of history."""
