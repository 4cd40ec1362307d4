"""Verifying: every entry, seal, signature and kept checkpoint is looked at again; the first bad one is named."""
