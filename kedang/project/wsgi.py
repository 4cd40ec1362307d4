"""WSGI entry of the web processes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kedang.project.settings")
application = get_wsgi_application()

from kedang.project.warming import warm_up_beside  # noqa: E402  (needs the rooms, which are there now)

warm_up_beside()
