"""What lies in the base and on the disk, against what the journal knows."""
