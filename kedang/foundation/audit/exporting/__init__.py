"""Evidence bundles: a stretch of the trail with all that is needed to check it without this program."""
