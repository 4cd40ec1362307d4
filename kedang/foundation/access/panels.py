"""Pages declared from records: people, grants, the trail; and the menu of this room."""

from typing import Any

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Grant, Person, Role
from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.rights import reach_of, state_of
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.access.services import (
    factors_reset,
    grant_end,
    password_reset,
    person_activate,
    person_change,
    person_create,
    person_deactivate,
    person_unlock,
    quota_raise,
    sessions_end,
)
from kedang.foundation.access.services.factors import CHECKED
from kedang.foundation.access.services.passwords import random_password
from kedang.foundation.access.signin.quota import KINDS
from kedang.foundation.access.throttle import locked_until
from kedang.foundation.access.views import people as drawn
from kedang.foundation.kernel import clock
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Tab, Verb, View


def in_force() -> QuerySet[Grant]:
    """Grants that hold now."""
    moment = clock.now()
    started = Q(valid_from__isnull=True) | Q(valid_from__lte=moment)
    running = Q(valid_until__isnull=True) | Q(valid_until__gt=moment)
    return Grant.objects.filter(started, running, ended_at__isnull=True).select_related("role").order_by("id")


def roles_text(person: Person, actor: Any) -> str:
    """Roles in force, in words."""
    return "、".join(dict.fromkeys(grant.role.name for grant in person.grants.all()))


def role_choices(actor: Any) -> list[tuple[Any, Any]]:
    """Roles that the actor may see."""
    return [(role.pk, role.name) for role in Role.objects.filter(policy_for(Role).scope(actor))]


def holds_role(actor: Any, operator: str, values: list[Any]) -> Q:
    """People who hold one of the roles now."""
    return Q(pk__in=in_force().filter(role_id__in=values).values("person_id"))


def by_name(actor: Any, operator: str, values: list[Any]) -> Q:
    """Name or username."""
    return Q(name__icontains=values[0]) | Q(username__icontains=values[0])


class PersonPages(RecordPages):
    """人员."""

    model, prefix, icon = Person, "people", "user"
    title = _("人员")
    export_action = "access.view_people"
    empty_hint = _("建立人员后，由安全保密员授予角色。")
    head_code = "username"
    head_keys = ("department", "title", "clearance")
    panels = (
        Panel(_("账号"), ("name", "username", "department", "title", "mobile", "email")),
        Panel(
            _("状态"),
            ("clearance", "is_active", "last_login", "must_change_password", "factor_since", "created_at"),
            readonly=("clearance", "is_active", "last_login", "must_change_password", "factor_since", "created_at"),
        ),
    )
    tones = {"is_active": {True: "good", False: "bad"}}
    columns = (
        Column("name", lead=True),
        "username",
        "department",
        "title",
        Column("roles", _("角色"), text=roles_text, wrap=True),
        "clearance",
        Column(
            "state", _("状态"), text=lambda person, actor: person.is_active, template="access/parts/person_state.html"
        ),
        Column(
            "second",
            _("第二步验证"),
            text=lambda person, actor: _("已启用") if person.factor_since else "",
            template="access/parts/factor_state.html",
        ),
        "last_login",
    )
    default_sort = ("-is_active", "pk")
    filters = (
        Filter("name", _("姓名或用户名"), kind="text", q=by_name),
        "department",
        Filter("roles", _("角色"), kind="choice", choices=role_choices, q=holds_role, may=lambda actor: True),
        "is_active",
        "clearance",
    )
    views = (
        View("active", _("在用"), lambda actor: Q(is_active=True)),
        View("off", _("已停用"), lambda actor: Q(is_active=False)),
    )
    tabs = (
        Tab(
            "grants",
            _("授权"),
            view=drawn.PersonGrants,
            count=lambda actor, person: in_force().filter(person=person).count(),
        ),
        Tab("trail", _("做过什么"), view=drawn.PersonTrail, action="audit.view"),
        Tab("changes", _("变更记录"), view=drawn.PersonChanges, action="access.manage_people"),
    )
    verbs = (
        Verb(
            "unlock", _("解除锁定"), person_unlock, "access.manage_people", icon="lock-open", main=True, reason="optional",
            confirm=_("登录失败次数过多，此账号暂停登录。确认是本人后解除。"), when=lambda person: locked_until(person.username) is not None,
        ),
        Verb(
            "clearance", _("调整知悉等级"), person_change, "access.manage_grants", icon="shield-lock", reason=True,
            confirm=_("密级高于知悉等级的客户档案，此人看不到。下一次请求起生效。"),
            fields={"clearance": lambda: forms.TypedChoiceField(label=_("知悉等级"), choices=SecrecyLevel.choices, coerce=int)},
        ),
        Verb(
            "password-reset", _("重置密码"), password_reset, "access.manage_people", icon="password", reason=True,
            confirm=_("将生成一个初始密码，由您转交本人；本人登录后必须修改。现有登录立即失效。"),
            when=lambda person: person.is_active,
        ),
        Verb(
            "factors-reset", _("重置第二步验证"), factors_reset, "access.manage_sign_in", icon="rotate", reason=True,
            confirm=_("手机或通行密钥遗失时用。停用此人全部第二步验证并结束其登录；本人用密码登录后须立即重新设置。"),
            fields={"checked": lambda: forms.ChoiceField(label=_("怎样核对的本人"), choices=[("", _("请选择")), *CHECKED.items()])},
            when=lambda person: person.factor_since is not None,
        ),
        Verb(
            "sessions-end", _("结束登录"), sessions_end, "access.manage_sign_in", icon="logout", reason=True,
            confirm=_("此人在所有设备上的登录立即失效，可以重新登录。"), when=lambda person: person.is_active,
        ),
        Verb(
            "quota-raise", _("临时增加用量"), quota_raise, "access.manage_sign_in", icon="plus", reason=True,
            confirm=_("只在今天有效。请核对本人确有这项工作，原因会留下记录。"),
            fields={
                "kind": lambda: forms.ChoiceField(label=_("用途"), choices=list(KINDS.items())),
                "amount": lambda: forms.IntegerField(label=_("增加多少"), min_value=1, max_value=100_000),
            },
            when=lambda person: person.is_active,
        ),
        Verb(
            "deactivate", _("停用账号"), person_deactivate, "access.manage_people", icon="user-off", reason=True, danger=True,
            confirm=_("此人将立即无法登录，留下的记录和负责的客户不变。以后可以重新启用。"), when=lambda person: person.is_active,
        ),
        Verb(
            "activate", _("启用账号"), person_activate, "access.manage_people", icon="user-check", main=True, reason="optional",
            confirm=_("此人可以重新登录，原有未收回的授权继续有效。"), when=lambda person: not person.is_active,
        ),
    )  # fmt: skip
    create_service, change_service = person_create, person_change
    create_fields = ("name", "username", "department", "title", "mobile", "email")
    has_history = False
    form_view, verb_view = drawn.PersonForm, drawn.PersonVerb

    @classmethod
    def for_list(cls, queryset: QuerySet[Any], columns: Any) -> QuerySet[Any]:
        """With the roles in force at hand."""
        return queryset.select_related("department").prefetch_related(Prefetch("grants", in_force()))

    @classmethod
    def save_new(cls, actor: Any, data: dict[str, Any]) -> Any:
        """A first password is made up; the page shows it once."""
        first = random_password()
        person = person_create(actor=actor, password=first, **data)
        person.first_password = first  # type: ignore[attr-defined]  # for the page that follows, never saved
        return person


class GrantPages(RecordPages):
    """授权一览."""

    model, prefix, icon = Grant, "grants", "key"
    title = _("授权一览")
    export_action = "access.view_people"
    lead = _("谁在什么范围内担任什么角色。授权在人员页中办理，在这里复核和收回。")
    has_detail = False
    columns = (
        Column("person", text=lambda grant, actor: grant.person.name, template="access/parts/grant_person.html"),
        Column("department", _("部门"), text=lambda grant, actor: str(grant.person.department or "")),
        Column("role", lead=True),
        Column("reach", _("数据范围"), text=lambda grant, actor: reach_of(grant)),
        Column(
            "state", _("状态"), text=lambda grant, actor: state_of(grant)[0], template="access/parts/grant_state.html"
        ),
        "valid_until",
        "granted_by",
        "given_at",
        Column("reason", wrap=True),
        Column("act", _("操作"), text=lambda grant, actor: " ", template="access/parts/grant_end.html"),
    )
    filters = (
        Filter(
            "person",
            _("人员"),
            kind="text",
            q=lambda actor, op, v: Q(person__name__icontains=v[0]) | Q(person__username=v[0]),
        ),
        Filter("role", _("角色"), kind="choice", choices=role_choices, may=lambda actor: True),
        "scope",
        "given_at",
    )
    views = (
        View("now", _("生效中"), lambda actor: Q(pk__in=in_force().values("pk"))),
        View("timed", _("有期限"), lambda actor: Q(valid_until__isnull=False, ended_at__isnull=True)),
        View("over", _("已收回"), lambda actor: Q(ended_at__isnull=False)),
    )
    verbs = (
        Verb(
            "end", _("收回授权"), grant_end, "access.manage_grants", icon="user-x", danger=True, reason=True, batch=True,
            confirm=_("收回后，此人下一次请求起不再有这项权限。记录保留备查。"), when=lambda grant: grant.ended_at is None,
        ),
    )  # fmt: skip

    @classmethod
    def for_list(cls, queryset: QuerySet[Any], columns: Any) -> QuerySet[Any]:
        """With person and role."""
        return queryset.select_related("person__department", "role")


menu.add(
    Entry(_("人员"), "access:person-list", icon="users-group", action="access.view_people", group="system", order=10),
    Entry(_("部门"), "access:department-list", icon="sitemap", action="access.view_people", group="system", order=20),
    Entry(_("角色"), "access:role-list", icon="user-shield", action="access.view_people", group="system", order=30),
    Entry(_("授权一览"), "access:grant-list", icon="key", action="access.manage_grants", group="system", order=40),
    Entry(
        _("登录与安全"),
        "access:sign-in-rules",
        icon="shield-lock",
        action="access.manage_sign_in",
        group="system",
        order=50,
    ),
    Entry(_("操作留痕"), "access:event-list", icon="history", action="audit.view", group="trail", order=10),
    Entry(_("留痕封存"), "access:seals", icon="shield-lock", action="audit.view", group="trail", order=20),
)
