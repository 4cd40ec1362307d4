"""The tree of departments beside the people of one of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.forms import PlainForm, line
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import can, policy_for, require
from kedang.foundation.access.services import department_change, department_create, department_move
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.kernel.sure import sure
from kedang.foundation.web.pages import Crumb, Page


class DepartmentForm(PlainForm):
    """Name, code, order and place in the tree."""

    name = line(gettext_lazy("部门名称"), 60)
    parent = forms.ModelChoiceField(
        label=gettext_lazy("上级部门"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=gettext_lazy("（顶级）"),
    )
    code = line(gettext_lazy("部门代码"), 20, required=False)
    position = forms.IntegerField(
        label=gettext_lazy("排序"), required=False, min_value=0, max_value=9999, help_text=gettext_lazy("小的在前。")
    )


def departments_of(actor: Any) -> list[Department]:
    """All departments of the actor's company with the number of active people, in the order of the tree."""
    rows = Department.objects.filter(policy_for(Department).scope(actor)).annotate(
        people=Count("person", filter=Q(person__is_active=True))
    )
    by_parent: dict[int | None, list[Department]] = {}
    for row in rows.order_by("position", "id"):
        by_parent.setdefault(row.parent_id, []).append(row)
    ordered: list[Department] = []

    def walk(parent_id: int | None) -> None:
        for row in by_parent.get(parent_id, []):
            ordered.append(row)
            walk(row.pk)

    walk(None)
    return ordered


def tree_of(rows: list[Department], current: Department | None) -> list[dict[str, Any]]:
    """Nodes for the tree template."""
    nodes: dict[int, dict[str, Any]] = {}
    tops: list[dict[str, Any]] = []
    for row in rows:
        people: int = row.people  # type: ignore[attr-defined]  # annotated
        label = row.name if row.is_active else _("%(name)s（已停用）") % {"name": row.name}
        node = {
            "label": label, "url": f"?at={row.pk}", "count": people, "is_open": True, "children": [],
            "is_current": current is not None and row.pk == current.pk,
        }  # fmt: skip
        nodes[row.pk] = node
        siblings = nodes[row.parent_id]["children"] if row.parent_id in nodes else tops
        siblings.append(node)
    return tops


class DepartmentTree(Page):
    """部门."""

    action = "access.view_people"
    template_name = "access/departments.html"
    title = gettext_lazy("部门")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The tree, and the department asked for."""
        rows = departments_of(self.actor)
        asked = request.GET.get("at", "")
        current = next((row for row in rows if str(row.pk) == asked), rows[0] if rows else None)
        people: list[Person] = []
        if current is not None:
            visible = Person.objects.filter(policy_for(Person).scope(self.actor), department=current)
            people = list(visible.order_by("-is_active", "id"))
        return self.draw(
            nodes=tree_of(rows, current),
            current=current,
            way=[row for row in rows if current and f"/{row.pk}/" in current.path and row.pk != current.pk],
            people=people,
            below=sum(row.people for row in rows if current and f"/{current.pk}/" in row.path),  # type: ignore[attr-defined]
            may_change=can(self.actor, "access.manage_people"),
        )


class DepartmentEdit(Page):
    """New, or change of name, code, order and place."""

    template_name = "access/department_form.html"
    row: Department | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the department and ask for the right."""
        if "pk" in kwargs:
            self.row = Department.objects.filter(policy_for(Department).scope(self.actor), pk=kwargs["pk"]).first()
            if self.row is None:
                raise OutOfScope
        require(self.actor, "access.manage_people", self.row)
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("修改部门") if self.row else _("新建部门")

    def crumbs(self) -> list[Crumb]:
        return [(_("部门"), reverse("access:department-list")), (self.page_title(), "")]

    def form(self, data: Any = None) -> DepartmentForm:
        """The form; a department cannot hang under itself."""
        row = self.row
        initial: dict[str, Any] = {"parent": self.request.GET.get("parent"), "position": 0}
        choices = Department.objects.filter(policy_for(Department).scope(self.actor), is_active=True)
        if row is not None:
            initial = {"name": row.name, "code": row.code, "position": row.position, "parent": row.parent_id}
            choices = choices.exclude(path__startswith=row.path)
        form = DepartmentForm(data, initial=initial)
        form.fields["parent"].queryset = choices.order_by("path")  # type: ignore[attr-defined]  # a ModelChoiceField
        return form

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form."""
        return self.show(self.form())

    def show(self, form: DepartmentForm, *, status: int = 200) -> HttpResponse:
        """Draw the form."""
        return self.draw(status=status, form=form, row=self.row)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Save."""
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            saved = self.save(form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.tell(refusal.sentence, refusal.field)
            return self.show(form, status=422)
        messages.success(request, _("部门“%(name)s”已保存。") % {"name": saved.name})
        return HttpResponseRedirect(f"{reverse('access:department-list')}?at={saved.pk}")

    def save(self, given: dict[str, Any]) -> Department:
        """Run the services."""
        plain = {"name": given["name"], "code": given["code"], "position": given["position"] or 0}
        if self.row is None:
            return department_create(actor=self.actor, parent=given["parent"], **plain)
        if given["parent"] != self.row.parent:
            department_move(actor=self.actor, department=self.row, parent=given["parent"])
        return department_change(actor=self.actor, department=self.row, **plain)


class DepartmentSwitch(DepartmentEdit):
    """POST: switch a department off or on."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Switch."""
        row = sure(self.row)
        try:
            saved = department_change(actor=self.actor, department=row, is_active=not row.is_active)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            word = _("部门“%(name)s”已启用。") if saved.is_active else _("部门“%(name)s”已停用。")
            messages.success(request, word % {"name": saved.name})
        return HttpResponseRedirect(f"{reverse('access:department-list')}?at={row.pk}")
