"""All addresses, room by room; each room names its own pages."""

from django.urls import URLPattern, URLResolver, include, path

from kedang.project import checks  # noqa: F401  (registers the start-up checks)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("kedang.foundation.web.urls")),
    path("", include("kedang.foundation.access.urls")),
    path("", include("kedang.foundation.numbering.urls")),
    path("", include("kedang.foundation.jobs.urls")),
    path("", include("kedang.foundation.notices.urls")),
    path("", include("kedang.foundation.approvals.urls")),
    path("", include("kedang.foundation.files.urls")),
    path("", include("kedang.foundation.safekeeping.urls")),
    path("", include("kedang.business.customers.urls")),
    path("", include("kedang.business.intake.urls")),
    path("", include("kedang.business.service.urls")),
    path("", include("kedang.business.holdings.urls")),
    path("", include("kedang.business.retention.urls")),
    path("", include("kedang.business.lending.urls")),
    path("", include("kedang.business.governance.urls")),
]

handler403 = "kedang.foundation.web.errors.forbidden"
handler404 = "kedang.foundation.web.errors.not_found"
handler500 = "kedang.foundation.web.errors.server_error"
