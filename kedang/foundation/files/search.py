"""Pages of files in the search room: tokens only. ``reading/finding.py`` is what people's questions go through."""

from kedang.foundation.files.models import FilePage
from kedang.foundation.files.reading.indexing import CODE, KIND, all_ids, documents_of
from kedang.foundation.search.sources import SearchSource, register

register(SearchSource(KIND, CODE, FilePage, (), documents_of, all_ids))
