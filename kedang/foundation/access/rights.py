"""“What may this person do and see”, in words: the sum of the grants in force."""

from dataclasses import dataclass
from typing import Any

from kedang.foundation.access.actions import offered_actions
from kedang.foundation.access.grants import active_grants, best_right
from kedang.foundation.access.models import Grant, Person, Scope
from kedang.foundation.access.scopes import scope_value_label
from kedang.foundation.access.secrecy import ALWAYS_SHOWN, FIELD_CLASSES, FieldRight
from kedang.foundation.kernel import clock

TONES = {FieldRight.SHOW: "good", FieldRight.MASK: "warn", FieldRight.HIDE: "plain"}


@dataclass(frozen=True, slots=True)
class Rights:
    """Sum of the grants of one person."""

    groups: list[tuple[Any, list[Any]]]
    """Group of actions → titles."""
    classes: list[tuple[Any, Any, str]]
    """Class of fields, what is seen of it, tone."""
    reach: list[str]
    """Scopes in words."""

    @property
    def is_nothing(self) -> bool:
        """No grant in force."""
        return not self.groups


def rights_of(person: Person) -> Rights:
    """What the grants in force add up to. Where grants differ by scope, the most open one is told."""
    grants = active_grants(person)
    held = {code for grant in grants for code in grant.actions}
    groups: dict[Any, list[Any]] = {}
    for action in offered_actions():
        if action.code in held:
            groups.setdefault(str(action.group), []).append(action.title)
    reading = [grant for grant in grants if any(code.startswith("customers.") for code in grant.actions)]
    classes = []
    for name, title in FIELD_CLASSES.items():
        if name not in ALWAYS_SHOWN and reading:
            right = best_right([grant.right_on(name) for grant in reading])
            classes.append((title, right.label, TONES[right]))
    rows = Grant.objects.filter(person=person, ended_at__isnull=True).select_related("role", "person")
    reach = [f"{row.role.name}：{reach_of(row)}" for row in rows if is_in_force(row)]
    return Rights(list(groups.items()), classes, reach)


def reach_of(grant: Grant) -> str:
    """Scope of a grant in words."""
    label = str(grant.get_scope_display())
    value = scope_value_label(grant.scope, grant.person.fonds_id, grant.scope_value)
    if grant.scope == Scope.DEPARTMENT and value:
        return value
    return f"{label}（{value}）" if value else label


def is_in_force(grant: Grant) -> bool:
    """Whether the grant holds now."""
    moment = clock.now()
    started = grant.valid_from is None or grant.valid_from <= moment
    return grant.ended_at is None and started and (grant.valid_until is None or grant.valid_until > moment)


def state_of(grant: Grant) -> tuple[str, str]:
    """State of a grant in a word, and its tone."""
    from django.utils.translation import gettext as _

    moment = clock.now()
    if grant.ended_at is not None and grant.ended_at != grant.valid_until:
        return _("已收回"), "plain"
    if grant.valid_until is not None and grant.valid_until <= moment:
        return _("已到期"), "plain"
    if grant.valid_from is not None and grant.valid_from > moment:
        return _("未生效"), "blue"
    return _("生效中"), "good"
