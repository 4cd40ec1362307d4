"""The verbs of flows and cases. Every entrance calls these."""
