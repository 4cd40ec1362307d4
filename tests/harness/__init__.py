"""Long trials of the running system. Each has its own command; the ordinary suite does not collect them."""
