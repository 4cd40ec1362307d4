"""Work of the archive outside a request, one module per part, one line each here."""

from kedang.business.holdings.jobs import custody as custody
from kedang.business.holdings.jobs import handing as handing
from kedang.business.holdings.jobs import items as items
