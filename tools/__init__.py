"""The building site: what sets the house up, checks it and measures it. Nothing in ``kedang`` imports from here."""
