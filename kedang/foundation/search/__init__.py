"""One tokenizer, one index, two databases."""
