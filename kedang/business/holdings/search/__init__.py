"""What of the archive is searched, one module per kind. Loaded by itself at start-up; one line each here.

Codes of kinds in stored keys: items 2, volumes 3.
"""

from kedang.business.holdings.search import items as items
from kedang.business.holdings.search import volumes as volumes
