"""登录与安全: the company's rules of signing in, on one page."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.events import GUESSING_SUSPECTED, QUOTA_EXCEEDED, SIGN_IN_LOCKED
from kedang.foundation.access.forms import SignInRulesForm
from kedang.foundation.access.models import Fonds, Person, Role, SignInPolicy
from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.services import sign_in_policy_change
from kedang.foundation.access.signin import quota
from kedang.foundation.access.signin.models import Profile
from kedang.foundation.access.signin.policy import PRESETS, policy_of
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page

FIELDS = "profile min_length rotation_days history_count factor_roles factor_grace_days idle_minutes absolute_hours step_up_minutes".split()


ALARMS = (QUOTA_EXCEEDED, GUESSING_SUSPECTED, SIGN_IN_LOCKED)
SHOWN_ALARMS, ALARM_DAYS = 10, 30


def alarms_of(actor: Person) -> list[dict[str, Any]]:
    """The latest alarms of the company, for who sets the rules: when, what, whom it concerns, how often."""
    titles = {kind.code: kind.title for kind in ALARMS}
    since = clock.now() - timedelta(days=ALARM_DAYS)
    found = Event.objects.filter(fonds_id=actor.fonds_id, code__in=list(titles), at__gte=since).order_by("-at", "-id")
    return [
        {"at": event.at, "title": titles[event.code], "whom": event.subject_label} for event in found[:SHOWN_ALARMS]
    ]


class SignInRules(Page):
    """Rules of passwords, second steps, sessions and daily quotas."""

    action = "access.manage_sign_in"
    template_name = "access/sign_in_rules.html"
    title = gettext_lazy("登录与安全")

    def policy(self) -> SignInPolicy:
        """The rules that hold."""
        return policy_of(Fonds.objects.select_related("sign_in_policy").get(pk=self.actor.fonds_id))

    def roles(self) -> list[Role]:
        """Roles of the company."""
        return list(Role.objects.filter(policy_for(Role).scope(self.actor)))

    def form(self, data: Any = None) -> SignInRulesForm:
        """The form, filled with a preset when one was asked for."""
        policy = self.policy()
        shown = {name: getattr(policy, name) for name in FIELDS}
        preset = self.request.GET.get("preset", "")
        if preset in Profile.values:
            shown |= {"profile": preset, **PRESETS[preset]}
        form = SignInRulesForm(data, initial=shown)
        form.fields["factor_roles"].choices = [(role.code, role.name) for role in self.roles()]  # type: ignore[attr-defined]
        return form

    def get(self, request: HttpRequest) -> HttpResponse:
        """The rules as they are."""
        return self.show(self.form())

    def show(self, form: SignInRulesForm, *, status: int = 200) -> HttpResponse:
        """Draw the page with the table of quotas and how many people have a second step."""
        policy = self.policy()
        people = Person.objects.filter(fonds_id=self.actor.fonds_id, is_active=True)
        rows = [("", _("其他角色")), *((role.code, role.name) for role in self.roles())]
        table = [
            {
                "code": code, "name": name,
                "cells": [(kind, self._limit(policy, kind, code)) for kind in quota.KINDS],
            }
            for code, name in rows
        ]  # fmt: skip
        return self.draw(
            status=status, form=form, kinds=[quota.title_of(kind) for kind in quota.KINDS], table=table,
            alarms=alarms_of(self.actor), total=people.count(), presets=Profile.choices,
            protected=people.filter(factor_since__isnull=False).count(),
        )  # fmt: skip

    def _limit(self, policy: SignInPolicy, kind: str, code: str) -> str:
        typed = self.request.POST.get(f"quota-{kind}-{code}") if self.request.method == "POST" else None
        return typed if typed is not None else str(policy.quotas.get(kind, {}).get(code, ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save."""
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        values = {name: form.cleaned_data[name] for name in FIELDS}
        try:
            fonds = Fonds.objects.get(pk=self.actor.fonds_id)
            sign_in_policy_change(
                actor=self.actor,
                fonds=fonds,
                reason=form.cleaned_data["reason"],
                quotas=self.quotas_typed(request),
                **values,
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            form.tell(refusal.sentence, refusal.field)
            return self.show(form, status=422)
        messages.success(request, _("登录与安全设置已保存，下一次请求起生效。"))
        return HttpResponseRedirect(reverse("access:sign-in-rules"))

    def quotas_typed(self, request: HttpRequest) -> dict[str, dict[str, Any]]:
        """The table as typed; an empty cell means the line “其他角色”."""
        found: dict[str, dict[str, Any]] = {}
        for kind in quota.KINDS:
            for code in ("", *(role.code for role in self.roles())):
                typed = request.POST.get(f"quota-{kind}-{code}", "").strip()
                if typed:
                    found.setdefault(kind, {})[code] = int(typed) if typed.isdecimal() and len(typed) < 9 else typed
        return found
