"""Append-only events: what happened, who did it, to what, from which value to which, why, from where.

``record()`` writes inside the caller's transaction, so that no change exists without its entry and no entry without its
change. Nothing here updates or deletes an event.
"""
