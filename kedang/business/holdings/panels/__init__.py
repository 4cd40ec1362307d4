"""Pages of the archive, declared, and its menu entries: one module per part, one line each here. Loaded by itself at start-up.

Each module may hold ``URLS``, which ``urls.py`` strings together.
"""

from kedang.business.holdings.panels import arrivals as arrivals
from kedang.business.holdings.panels import custody as custody
from kedang.business.holdings.panels import handing as handing
from kedang.business.holdings.panels import items as items
from kedang.business.holdings.panels import printing as printing
from kedang.business.holdings.panels import projects as projects
from kedang.business.holdings.panels import scheme as scheme
from kedang.business.holdings.panels import volumes as volumes
