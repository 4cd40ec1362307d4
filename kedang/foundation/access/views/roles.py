"""Roles as a matrix that can be read: what each may do, what each sees."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.actions import Action, offered_actions
from kedang.foundation.access.forms import RoleForm
from kedang.foundation.access.models import Role
from kedang.foundation.access.policies import can, policy_for, require
from kedang.foundation.access.rights import TONES
from kedang.foundation.access.secrecy import FIELD_CLASSES, FieldRight
from kedang.foundation.access.services import role_change, role_create, role_remove
from kedang.foundation.access.services.roles import SETTABLE_CLASSES
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.kernel.sure import sure
from kedang.foundation.web.pages import Crumb, Page


def grouped_actions() -> list[tuple[str, list[Action]]]:
    """Declared actions by group."""
    groups: dict[str, list[Action]] = {}
    for action in offered_actions():
        groups.setdefault(str(action.group), []).append(action)
    return list(groups.items())


def rights_row(role: Role) -> list[tuple[str, str, str]]:
    """What a role sees of each class: code, label, tone."""
    found = [FieldRight(role.field_rights.get(name, FieldRight.HIDE)) for name in SETTABLE_CLASSES]
    return [(str(right), str(right.label), TONES[right]) for right in found]


class RoleList(Page):
    """角色: the matrix."""

    action = "access.view_people"
    template_name = "access/roles.html"
    title = gettext_lazy("角色")

    def get(self, request: HttpRequest) -> HttpResponse:
        """All roles of the company."""
        running = Q(
            grant__ended_at__isnull=True, grant__person__is_active=True, grant__person__fonds=self.actor.fonds_id
        )
        visible = Role.objects.filter(policy_for(Role).scope(self.actor))
        roles = list(visible.annotate(holders=Count("grant__person", filter=running, distinct=True)))
        groups = [
            (title, [(action, [action.code in role.actions for role in roles]) for action in listed])
            for title, listed in grouped_actions()
        ]
        columns = [rights_row(role) for role in roles]
        classes = [
            (FIELD_CLASSES[name], [column[at] for column in columns]) for at, name in enumerate(SETTABLE_CLASSES)
        ]
        lead = _("每一列是一个角色。系统管理员不看客户档案，审计员不改任何内容，系统管理、保密、审计三员不由一人兼任。")
        return self.draw(
            lead=lead,
            roles=roles,
            groups=groups,
            classes=classes,
            may_change=can(self.actor, "access.manage_roles"),
            span=len(roles) + 1,
        )


class RoleEdit(Page):
    """New role, or change of one: tick what it may do, choose what it sees."""

    template_name = "access/role_form.html"
    role: Role | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the role and ask for the right."""
        if "pk" in kwargs:
            self.role = Role.objects.filter(policy_for(Role).scope(self.actor), pk=kwargs["pk"]).first()
            if self.role is None:
                raise OutOfScope
        require(self.actor, "access.manage_roles", self.role)
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("修改角色：%(name)s") % {"name": self.role.name} if self.role else _("新建角色")

    def crumbs(self) -> list[Crumb]:
        return [(_("角色"), reverse("access:role-list")), (self.role.name if self.role else _("新建角色"), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form; a new role may start from another one."""
        source = self.role
        if source is None and request.GET.get("like", "").isdecimal():
            source = Role.objects.filter(policy_for(Role).scope(self.actor), pk=request.GET["like"]).first()
        form = RoleForm(initial={"name": self.role.name, "note": self.role.note} if self.role else {})
        return self.show(form, set(source.actions) if source else set(), dict(source.field_rights) if source else {})

    def show(self, form: RoleForm, held: set[str], rights: dict[str, str], *, status: int = 200) -> HttpResponse:
        """Draw the form with the ticks."""
        groups = [(title, [(action, action.code in held) for action in listed]) for title, listed in grouped_actions()]
        classes = [
            (
                name,
                FIELD_CLASSES[name],
                [(right.value, right.label, rights.get(name, "hide") == right) for right in FieldRight],
            )
            for name in SETTABLE_CLASSES
        ]
        return self.draw(status=status, form=form, role=self.role, groups=groups, classes=classes)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save."""
        form = RoleForm(request.POST)
        held, rights = set(request.POST.getlist("action")), rights_typed(request.POST)
        if not form.is_valid():
            return self.show(form, held, rights, status=422)
        given: dict[str, Any] = {**form.cleaned_data, "actions": held, "field_rights": rights}
        try:
            if self.role is None:
                saved = role_create(actor=self.actor, **given)
            else:
                saved = role_change(actor=self.actor, role=self.role, **given)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.tell(refusal.sentence, refusal.field)
            return self.show(form, held, rights, status=422)
        messages.success(request, _("角色“%(name)s”已保存，担任者下一次请求起生效。") % {"name": saved.name})
        return HttpResponseRedirect(reverse("access:role-list"))


class RoleRemove(RoleEdit):
    """POST: take away a role of one's own that nobody ever held."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Remove."""
        role = sure(self.role)
        try:
            role_remove(actor=self.actor, role=role)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse("access:role-edit", args=[role.pk]))
        messages.success(request, _("角色“%(name)s”已删除。") % {"name": role.name})
        return HttpResponseRedirect(reverse("access:role-list"))


def rights_typed(posted: QueryDict) -> dict[str, str]:
    """Rights on classes as chosen; 不显示 is the absence of a right."""
    chosen = {name: posted.get(f"right-{name}", "hide") for name in SETTABLE_CLASSES}
    return {name: right for name, right in chosen.items() if right != FieldRight.HIDE}
