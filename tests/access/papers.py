"""Each kind of paper is set once and handed to everybody who needs no paper of their own."""

from typing import Any


class Papers:
    """The compiler with a memory, in its place while addresses are walked."""

    def __init__(self, compiler: Any) -> None:
        self.compiler, self.made = compiler, dict[str, Any]()
        self.own = False
        """Whether papers are set for who asks now: what stands on them is going to be read."""

    def compile(self, input: str, **words: Any) -> Any:
        """The first paper of this template, or one of one's own."""
        if self.own:
            return self.compiler.compile(input=input, **words)
        if input not in self.made:
            self.made[input] = self.compiler.compile(input=input, **words)
        return self.made[input]
