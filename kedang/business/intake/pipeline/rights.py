"""What the actor's scope means for a batch: seen once, so that rows need not be asked one by one."""

from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.intake.models import ImportBatch
from kedang.foundation.access.grants import active_grants, clearance_of
from kedang.foundation.access.models import Scope
from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel.actors import Actor


def sees_all(actor: Actor, batch: ImportBatch) -> bool:
    """Whether the actor may change every customer of the company: then no row has to be tested."""
    if actor.is_system:
        return True
    grants = [grant for grant in active_grants(actor) if "customers.change" in grant.actions]
    return any(grant.scope == Scope.ALL for grant in grants) and clearance_of(actor) >= SecrecyLevel.TOP_SECRET


class CreationScope:
    """Whether a row, once created, lies in the actor's scope."""

    def __init__(self, actor: Actor, batch: ImportBatch) -> None:
        self._actor, self._batch = actor, batch
        self._grants = [] if actor.is_system else [g for g in active_grants(actor) if "customers.create" in g.actions]
        self._policy = policy_for(Customer)
        self.is_open = actor.is_system or self._covers("")
        self._known: dict[str, bool] = {}

    def reaches(self, region_code: Any) -> bool:
        """Whether a customer of this region, with the batch's responsible person and department, may be created."""
        if self.is_open:
            return True
        code = str(region_code or "")
        if code not in self._known:
            self._known[code] = self._covers(code)
        return self._known[code]

    def _covers(self, region_code: str) -> bool:
        sample = Customer(
            fonds_id=self._batch.fonds_id, responsible_id=self._batch.responsible_id,
            department_id=self._batch.department_id, region_code=region_code,
        )  # fmt: skip
        return any(self._policy.covers(grant, sample) for grant in self._grants)
