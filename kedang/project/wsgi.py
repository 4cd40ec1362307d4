"""WSGI entry of the web processes."""

import multiprocessing
import os

from django.core.wsgi import get_wsgi_application

from kedang.project.lifeline import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kedang.project.settings")
if (supervisor := multiprocessing.parent_process()) is not None:  # a web process of granian, which looks after it
    die_with_parent(supervisor.pid)
application = get_wsgi_application()

from kedang.foundation.kernel import scratch  # noqa: E402  (needs the settings)

scratch.begin()

from kedang.project.checks import refuse_unusable_ring  # noqa: E402

refuse_unusable_ring()

from kedang.project.warming import warm_up_beside  # noqa: E402  (needs the rooms, which are there now)

warm_up_beside()
