"""How the rows of a file travel: read, cleaned in helper processes, compared, kept sealed, written chunk by chunk, taken back."""
