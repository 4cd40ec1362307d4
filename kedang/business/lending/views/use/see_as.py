"""以此人视角查看: what lists and fields somebody sees, shown to who looks after rights. Nothing is done in anybody's name.

The viewer never sees more than he sees himself: records that he may not see are only counted, and of fields the lower of both rights holds
(docs/decisions). Every page is an entry of the viewer's, about the person.
"""

from typing import Any

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from kedang.business.lending.events_use import SEEN_AS
from kedang.business.lending.services.things import KINDS, label_of
from kedang.foundation.access.actions import offered_actions
from kedang.foundation.access.grants import active_grants, best_right, has_action
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import may_be_named, policy_for
from kedang.foundation.access.secrecy import ALWAYS_SHOWN, FIELD_CLASSES, RIGHT_ORDER, FieldRight, SecrecyLevel
from kedang.foundation.access.veil import field_label, reveal_value, right_on, text_of
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import OutOfScope
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records import RecordPages

SEE = "access.see_as"
MOST = 20
TONES = {FieldRight.SHOW: "good", FieldRight.MASK: "warn", FieldRight.HIDE: ""}


class SeeAsList(Page):
    """Whose view is wanted."""

    action, template_name, title = SEE, "lending/use/see_as_list.html", gettext_lazy("以此人视角查看")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Everybody of the company who is there."""
        rows = Person.objects.filter(fonds_id=self.actor.fonds_id, is_active=True).select_related("department")
        return self.draw(people=list(rows.order_by("department__path", "id")[:1000]))


class SeeAs(Page):
    """The view: how many records of each kind, the first of them, and what of one record."""

    action, template_name, title = SEE, "lending/use/see_as.html", gettext_lazy("以此人视角查看")
    person: Person

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the person afresh: nothing of the viewer's is on them."""
        rows = Person.objects.filter(fonds_id=getattr(request.user, "fonds_id", None), is_active=True)
        found = rows.select_related("department").filter(pk=kwargs["pk"]).first()
        if found is None:
            raise OutOfScope
        self.person = found
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self) -> list[Crumb]:
        return [(str(self.title), reverse("lending:see-as-list")), (self.person.name, "")]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page, written down."""
        kind = request.GET.get("kind", "")
        kind = kind if kind in KINDS else next(iter(KINDS))
        key = request.GET.get("thing", "")
        rows = KINDS[kind].objects.visible_to(self.person)
        known = (
            rows.filter(policy_for(KINDS[kind]).scope(self.actor))
            if has_action(self.actor, policy_for(KINDS[kind]).view)
            else rows.none()
        )
        thing = known.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() and len(key) < 18 else None
        total, shared = rows.count(), known.count()
        with transaction.atomic():
            meta = {"kind": kind, "thing": thing.pk if thing is not None else None, "total": total}
            record(self.actor, SEEN_AS, self.person, meta=meta)
        return self.draw(
            person=self.person, kind=kind, kinds=self.kinds(), total=total, hidden=total - shared, most=MOST,
            lines=[{"key": row.pk, "label": self.label(row)} for row in known.order_by("-pk")[:MOST]],
            thing=thing, thing_label=self.label(thing) if thing is not None else "", fields=self.fields(thing) if thing is not None else [],
            acts=self.acts(kind), classes=self.classes(), clearance=SecrecyLevel(self.person.clearance).label,
        )  # fmt: skip

    def kinds(self) -> list[dict[str, Any]]:
        """Kinds of record with their numbers."""
        return [
            {"key": key, "label": model._meta.verbose_name, "count": model.objects.visible_to(self.person).count()}
            for key, model in KINDS.items()
        ]

    def label(self, row: Any) -> str:
        """Its name, as far as both see it: names are the same for everybody who sees the record at all."""
        return label_of(self.actor, row) if label_of(self.person, row) else "-"

    def acts(self, kind: str) -> list[Any]:
        """What the person may do with some of this kind, in words."""
        room = kind.split(".")[0]
        return [
            one.title
            for one in offered_actions()
            if one.code.split(".")[0] == room and has_action(self.person, one.code)
        ]

    def classes(self) -> list[dict[str, Any]]:
        """Sensitive classes, and the most that the person sees of each anywhere."""
        grants = active_grants(self.person)
        found = []
        for name, label in FIELD_CLASSES.items():
            if name not in ALWAYS_SHOWN:
                right = best_right([grant.right_on(name) for grant in grants])
                found.append({"label": label, "word": right.label, "tone": TONES[right]})
        return found

    def fields(self, thing: Any) -> list[dict[str, Any]]:
        """Fields of one record as the person sees them; where the viewer himself sees less, less."""
        pages = RecordPages.of_kind(thing._meta.label_lower)
        found = []
        for panel in pages.panels if pages is not None else ():
            for name in panel.fields if panel.fits(thing) else ():
                theirs, own = right_on(self.person, thing, name), right_on(self.actor, thing, name)
                right = min(theirs, own, key=RIGHT_ORDER.__getitem__)
                text = self.text(thing, name, right)
                found.append({
                    "label": field_label(type(thing), name), "text": text, "word": theirs.label, "tone": TONES[theirs],
                    "is_less": RIGHT_ORDER[own] < RIGHT_ORDER[theirs], "is_plain": theirs == FieldRight.SHOW,
                })  # fmt: skip
        return [one for one in found if one["text"] or not one["is_plain"]]

    def text(self, thing: Any, name: str, right: FieldRight) -> str:
        """A value under the lower right; another record is named only where both may see it."""
        value = getattr(thing, name)
        if isinstance(value, models.Model) and not (
            may_be_named(self.actor, value) and may_be_named(self.person, value)
        ):
            return ""
        return reveal_value(right, type(thing), name, value, text_of(thing, name)).text
