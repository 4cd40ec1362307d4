"""What a search answers: hits with their reasons, and a page of them."""

from dataclasses import dataclass, field

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One found record and the reasons: titles of the fields that hold what was asked for."""

    id: int
    why: tuple[str, ...]

    @property
    def why_text(self) -> str:
        """The reasons in one line."""
        return "、".join(self.why)


@dataclass(frozen=True, slots=True)
class Result:
    """One page of hits. ``total`` is exact unless ``is_capped``: then it is the cap, and there are more."""

    total: int = 0
    is_capped: bool = False
    hits: tuple[Hit, ...] = ()
    page: int = 1
    page_size: int = PAGE_SIZE
    took_ms: float = 0.0
    plan: str = "none"
    words: tuple[str, ...] = field(default=())

    @property
    def ids(self) -> list[int]:
        """Ids of the records on this page."""
        return [hit.id for hit in self.hits]

    @property
    def pages(self) -> int:
        """Number of pages that can be opened."""
        return -(-self.total // self.page_size)

    @property
    def total_text(self) -> str:
        """``312``, ``10,000+``."""
        return f"{self.total:,}+" if self.is_capped else f"{self.total:,}"
