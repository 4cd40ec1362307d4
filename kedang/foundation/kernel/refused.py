"""How a rule says no: with a code for programs and a sentence for people."""

from typing import Any


class Refused(Exception):
    """A rule does not allow the act.

    Args:
        code: stable short name for programs and tests, e.g. ``uscc_taken``; ``not_allowed`` becomes status 403.
        sentence: ready Chinese sentence that says what is wrong, where, and what to do.
        field: name of the input it belongs to, if any.
        details: further values for programs (never secrets).
    """

    def __init__(self, code: str, sentence: str, field: str | None = None, **details: Any) -> None:
        super().__init__(str(sentence))
        self.code = code
        self.sentence = str(sentence)
        self.field = field
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        """Refusals travel between processes whole."""
        return _again, (type(self), dict(self.__dict__))


def _again(kind: type[Refused], parts: dict[str, Any]) -> Refused:
    refusal = kind.__new__(kind, parts["sentence"])
    refusal.args = (parts["sentence"],)
    refusal.__dict__.update(parts)
    return refusal


class OutOfScope(Exception):
    """The object does not exist for this actor; foreign and missing objects answer alike (404)."""


class NotAllowed(Refused):
    """In scope, but this act is not allowed to this actor (403 with the reason)."""

    def __init__(self, sentence: str, **details: Any) -> None:
        super().__init__("not_allowed", sentence, None, **details)
