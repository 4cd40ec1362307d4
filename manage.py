"""Django's own door, for developers."""

import importlib
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kedang.project.settings")
    from django.core.management import execute_from_command_line

    import kedang.project.settings  # noqa: F401  (puts the safe SQLite engine in place first)

    importlib.import_module("kedang.project.checks")  # known before `check` asks for them
    execute_from_command_line(sys.argv)
