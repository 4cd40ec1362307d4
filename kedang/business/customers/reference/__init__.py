"""Reference data shipped as files: regions, industries, short lists. Pure Python, lazy, usable in worker processes."""

from kedang.business.customers.reference.finding import find_region
from kedang.business.customers.reference.industries import (
    Industry,
    find_industry,
    industries,
    industry,
    industry_children,
    industry_descendants,
    industry_name,
    industry_path,
)
from kedang.business.customers.reference.lists import Term, choices, find_term, term_name, terms
from kedang.business.customers.reference.regions import (
    Region,
    current_code,
    provinces,
    region,
    region_children,
    region_name,
    region_path,
    region_prefix,
    region_rows,
)

__all__ = [
    "Industry",
    "Region",
    "Term",
    "choices",
    "current_code",
    "find_industry",
    "find_region",
    "find_term",
    "industries",
    "industry",
    "industry_children",
    "industry_descendants",
    "industry_name",
    "industry_path",
    "provinces",
    "region",
    "region_children",
    "region_name",
    "region_path",
    "region_prefix",
    "region_rows",
    "term_name",
    "terms",
]
