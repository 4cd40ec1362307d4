"""A form sent twice acts once: double click, retry after a time-out, retry after a crash (Idempotency-Key draft, R11)."""
