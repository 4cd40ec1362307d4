"""Numbers from a ledger: reserved, used, void with a reason; one row locked per series, never reused, never guessed."""
