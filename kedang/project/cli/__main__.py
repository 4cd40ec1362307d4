"""``python -m kedang.project.cli`` is the ``kedang`` command."""

from kedang.project.cli import main

raise SystemExit(main())
