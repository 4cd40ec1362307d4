"""Backup, restore, drill, and moving between databases. See ``docs/operate/backup.md`` and ``backup-format.md``."""
