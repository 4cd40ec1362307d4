"""Every pair of writing services on one object, many clients at once (R10, R12): one winner, losers told, nothing lost."""
