"""Two powers may never die out: managing people, and granting rights. Whoever holds one last cannot lose it."""

from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds, Grant, Person
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused

LASTING = {"access.manage_people": "系统管理员", "access.manage_grants": "安全保密员"}


def refuse_last(person: Person, *, grant: Grant | None = None) -> None:
    """Raise when the person (or this one grant of theirs) is the last that keeps a lasting power in the company."""
    Fonds.objects.select_for_update().get(pk=person.fonds_id)  # two last holders must not leave at the same time
    moment = clock.now()
    in_force = Q(ended_at__isnull=True) & (Q(valid_until__isnull=True) | Q(valid_until__gt=moment))
    started = Q(valid_from__isnull=True) | Q(valid_from__lte=moment)
    holding = list(
        Grant.objects.filter(
            in_force, started, person__fonds_id=person.fonds_id, person__is_active=True
        ).select_related("role", "person")
    )
    going = [held for held in holding if held.person_id == person.pk and (grant is None or held.pk == grant.pk)]
    staying = [held for held in holding if held not in going]
    for code, title in LASTING.items():
        loses = any(code in held.role.actions for held in going)
        if loses and not any(code in held.role.actions for held in staying):
            sentence = _("%(name)s是最后一位%(title)s，先让另一位同事担任，才能办理。")
            raise Refused("last_holder", sentence % {"name": person.name, "title": _(title)})
