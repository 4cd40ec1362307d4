"""Who may change nothing changes nothing: every statement of a request is looked at, whatever the answer says."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.access.harness import rules
from tests.watcher import WRITE, business_tables

LOOKING = frozenset(rules.ACTS[letter] for letter in "vpxuletVRPXK45")
"""Acts that let something out and change nothing."""
#: Address → tables that its own user may write there: checks of the trail that one asks for are jobs; a finding is the
#: auditor's own note under an alert.
OWN: dict[str, frozenset[str]] = {
    "access:seal-verify": frozenset({"jobs_job"}),
    "access:bundle-ask": frozenset({"jobs_job"}),
    "governance:alert-act": frozenset({"governance_alert"}),
}


def changes_nothing(who: rules.Who) -> bool:
    """Whether none of the roles of a person holds an act that changes something."""
    return all(role.acts <= LOOKING for role, _scope, _value in rules.in_force(who))


class Writes:
    """Business tables that the request under way has written."""

    def __init__(self) -> None:
        self.tables = business_tables()
        self.found: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """For one request."""
        self.found = set()
        with connection.execute_wrapper(self.look):
            yield

    def look(self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Note a statement that wrote rows of a business table."""
        result = execute(sql, params, many, context)
        found = WRITE.match(str(sql))
        if found is not None and found[2] in self.tables:
            is_idle = not found[1].upper().startswith("INSERT") and context["cursor"].rowcount == 0
            self.found |= set() if is_idle else {found[2]}
        return result

    def beyond(self, address: str) -> list[str]:
        """What was written and is not one's own."""
        return sorted(self.found - OWN.get(address, frozenset()))
