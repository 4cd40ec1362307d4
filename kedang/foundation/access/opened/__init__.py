"""Records opened to one person for a time: what an approved request gives beyond roles (US-05)."""
