"""Sealing: batches of entries are digested, bound into a tree, chained and signed by a job, never while they are written."""
