"""Tables of this room."""

from kedang.business.service.models.report import ContactReport as ContactReport
from kedang.business.service.models.report import ReportNote as ReportNote
from kedang.business.service.models.rules import ServiceRules as ServiceRules
