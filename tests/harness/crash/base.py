"""The base on which a run begins: a small demo company, made by the product's own commands."""

import os
import sys

CUSTOMERS = 40


def main() -> int:
    """Key ring, tables, roles, a few dozen dossiers with their people; those who will leave are as many as the argument says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kedang.project.settings")
    import django

    import kedang.project.settings  # noqa: F401

    django.setup()
    from kedang.project.cli import main as command
    from kedang.project.demo.load import load_demo
    from tests.harness.crash.scene import prepare

    if command(["setup", "--empty", "--json"]):
        return 1
    load_demo(customers=CUSTOMERS)
    prepare(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
