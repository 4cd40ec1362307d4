"""Pages of this room, declared; menu entries; tiles of the work list."""

from kedang.business.governance.panels import agreements, alerts, handovers, rights

URLS = [*handovers.URLS, *agreements.URLS, *rights.URLS, *alerts.URLS]
