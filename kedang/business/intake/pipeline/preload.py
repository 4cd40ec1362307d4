"""What helper processes have in common, loaded once: they are forked from a server process that imported this module.

A helper renders no pages, so the room of pages stays out; tables of regions and readings are read before the fork and shared after it.
"""

import django
from django.apps import apps
from django.conf import settings


def make_ready() -> None:
    """Set Django up without pages, and read the tables that every helper needs."""
    if apps.ready:
        return
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if not name.endswith(".foundation.web")]
    django.setup()
    from kedang.business.customers import preparing as _preparing  # noqa: F401
    from kedang.business.customers.naming import reader
    from kedang.business.customers.reference import find_region
    from kedang.business.customers.reference.finding import warm_regions
    from kedang.business.intake.pipeline import chunks, preparing  # noqa: F401
    from kedang.foundation.kernel.text import fold, forms

    reader().key("广东省中山市示例调节阀有限公司")
    find_region("广东", "中山", "中山市石岐区")
    warm_regions()
    forms(fold("中山市示例调節閥有限公司"), False)


make_ready()
