"""Fixity: every stored file is read again on a schedule and compared with what was noted when it came in."""
