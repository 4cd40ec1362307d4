"""Who looks after a dossier: responsible person and department, given by key or as records, of the same company."""

from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.models import Department, Person, Scope
from kedang.foundation.kernel.actors import Actor


def with_people(clean: dict[str, Any], fonds_id: int, problems: Problems) -> None:
    """Replace keys by records, in place; people who left and other companies' are refused."""
    for name, model in (("responsible", Person), ("department", Department)):
        if name not in clean:
            continue
        clean[name] = _found(model, clean[name], fonds_id, name, problems)


def _found(model: Any, value: Any, fonds_id: int, name: str, problems: Problems) -> Any:
    if value in (None, ""):
        return None
    key = value.pk if isinstance(value, model) else value
    row = model.objects.filter(pk=key, fonds_id=fonds_id).first() if str(key).isdigit() else None
    if row is None or not row.is_active:
        problems.tell(
            name,
            _("所选的人员不存在或已停用，请重新选择。")
            if model is Person
            else _("所选的部门不存在或已停用，请重新选择。"),
        )
        return None
    return row


def own_scope_defaults(actor: Actor) -> dict[str, Any]:
    """Where a new dossier belongs when nobody said: with whoever may only create for themselves or their department."""
    if not isinstance(actor, Person):
        return {}
    scopes = {grant.scope for grant in active_grants(actor) if "customers.create" in grant.actions}
    if Scope.ALL in scopes:
        return {}
    defaults: dict[str, Any] = {"department": actor.department}
    if scopes <= {Scope.OWN}:
        defaults["responsible"] = actor
    return defaults
