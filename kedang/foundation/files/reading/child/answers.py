"""What a task of the confined process answers with: frames, or the trouble it had."""

from collections.abc import Callable, Iterator
from typing import Any

MOST_PAGES = 3000
HEADING = "\x02"
"""Before a line that is a heading."""


class Trouble(Exception):
    """Why a file gives no text or picture: a code that the other side has a sentence for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Frame = tuple[dict[str, Any], bytes]
Task = Callable[[dict[str, Any], bytes], Iterator[Frame]]
