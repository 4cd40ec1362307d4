"""Check digits and shapes of the numbers that Chinese dossiers carry: pure functions, no tables, no Django models.

Each module offers ``is_valid(text)`` for the fast path and ``problem(text) -> str | None`` for the sentence shown to a person:
what is wrong, where, and what to do. Values are expected in their clean form (half width, upper case, no blanks); ``clean(text)``
brings them there.
"""
