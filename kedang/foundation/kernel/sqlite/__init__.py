"""Django's SQLite backend with one difference: who waits for the write lock comes in at the first gap."""
