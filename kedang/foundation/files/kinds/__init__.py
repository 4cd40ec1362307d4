"""What a file is, told from its content: :func:`look`. The name only says which of several readings of the same bytes is meant."""

from kedang.foundation.files.kinds.looking import Look as Look
from kedang.foundation.files.kinds.looking import look as look
from kedang.foundation.files.kinds.media import EXTENSIONS as EXTENSIONS
from kedang.foundation.files.kinds.media import SHOWN_INLINE as SHOWN_INLINE
from kedang.foundation.files.kinds.media import title_of as title_of
