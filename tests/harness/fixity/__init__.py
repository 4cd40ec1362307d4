"""Faults planted in stored files: the fixity check finds and names every one, and nothing else."""
