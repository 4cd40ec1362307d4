"""Vocabulary of the trail: projects of customers."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

PROJECT_CREATED = EventType("holdings.project_created", _("建立项目"), "change")
PROJECT_CHANGED = EventType("holdings.project_changed", _("修改项目"), "change")
PROJECT_VIEWED = EventType("holdings.project_viewed", _("查看项目"), "read")
PROJECTS_EXPORTED = EventType("holdings.projects_exported", _("导出项目清单"), "disclose")
