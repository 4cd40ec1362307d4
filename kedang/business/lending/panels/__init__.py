"""Pages of the reading room, declared, and its menu entries: one module per part, one line each here. Loaded by itself at start-up.

Each module may hold ``URLS``, which ``urls.py`` strings together.
"""

from kedang.business.lending.panels import after as after
from kedang.business.lending.panels import loans as loans
from kedang.business.lending.panels import sharing as sharing
from kedang.business.lending.panels import use as use
