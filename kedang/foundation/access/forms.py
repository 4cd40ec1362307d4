"""Inputs of the pages that are no record forms: the door, the first run, grants, roles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Person, Role, Scope
from kedang.foundation.access.signin.models import Profile
from kedang.foundation.web.records.form_fields import style


class PlainForm(forms.Form):
    """A form whose inputs look like those of the records, and which takes a service's refusal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            style(field)
            field.error_messages["required"] = _("请填写“%(label)s”。") % {"label": field.label}

    def tell(self, sentence: str, field: str | None) -> None:
        """Put a refusal where it belongs."""
        self.add_error(field if field in self.fields else None, sentence)


def password(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """An input for a password; what was typed is never sent back."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "data-reveal": _("显示密码")})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, help_text=help_text)


def line(label: Any, length: int, autocomplete: str = "off", **extra: Any) -> forms.CharField:
    """A line of text."""
    widget = forms.TextInput(attrs={"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=length, widget=widget, **extra)


class SignInForm(PlainForm):
    """The door."""

    username = line(_("用户名"), 80, "username")
    password = password(_("密码"), "current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["autofocus"] = True


class CodeForm(PlainForm):
    """A one-time code of six digits, or a recovery code."""

    code = forms.CharField(
        label=_("验证码"), required=False, max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
        ),
    )  # fmt: skip


class PasswordForm(PlainForm):
    """A password of one's own."""

    old = password(_("原密码"), "current-password")
    new = password(_("新密码"), "new-password")
    again = password(_("再输入一次新密码"), "new-password")


class FirstRunForm(PlainForm):
    """What an empty installation needs to know. Sections of the page follow the prefixes."""

    company = line(_("单位名称"), 120, "organization", help_text=_("与营业执照一致，打印的表单会用到。"))
    departments = forms.CharField(
        label=_("部门（可不填）"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=_("一行一个，以后可以随时增改。"),
    )
    administrator_name = line(_("姓名"), 40, "name")
    administrator_username = line(_("用户名"), 40)
    administrator_password = password(_("密码"), "new-password", _("至少 12 位，可以用一句话；不要用姓名或单位名称。"))
    archivist_name = line(_("姓名"), 40)
    archivist_username = line(_("用户名"), 40)
    archivist_password = password(_("初始密码"), "new-password", _("首次登录时由本人修改。"))
    security_officer_name = line(_("姓名"), 40, required=False)
    security_officer_username = line(_("用户名"), 40, required=False)
    security_officer_password = forms.CharField(
        label=_("初始密码"),
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("首次登录时由本人修改。"),
    )

    def part(self, prefix: str) -> list[forms.BoundField]:
        """Inputs of one section."""
        return [self[name] for name in self.fields if name.startswith(prefix)]

    def clean(self) -> dict[str, Any]:
        """A security officer is named wholly or not at all."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        names = [f"security_officer_{part}" for part in ("name", "username", "password")]
        if any(data.get(name) for name in names):
            for name in names:
                if not data.get(name):
                    self.add_error(name, _("请填写“%(label)s”，或三项都留空。") % {"label": self.fields[name].label})
        return data


class GrantForm(PlainForm):
    """A role within a scope, for a time."""

    role = forms.ModelChoiceField(label=_("角色"), queryset=Role.objects.none(), empty_label=_("请选择"))
    scope = forms.ChoiceField(
        label=_("数据范围"), choices=Scope.choices, help_text=_("系统、保密、审计类角色选“全部”。")
    )
    department = forms.ChoiceField(
        label=_("指定部门"), required=False, help_text=_("范围为部门时选；不选即本人所在部门。")
    )
    region = forms.ChoiceField(label=_("指定地区"), required=False, help_text=_("范围为“指定地区”时选。"))
    term = forms.ChoiceField(label=_("指定类别"), required=False, help_text=_("范围为“指定类别”时选。"))
    valid_from = forms.DateField(label=_("生效日期"), required=False, help_text=_("不填即刻生效。"))
    valid_until = forms.DateField(label=_("失效日期"), required=False, help_text=_("当日结束时失效；不填则长期有效。"))
    reason = forms.CharField(label=_("授权原因"), max_length=200, widget=forms.Textarea(attrs={"rows": "2"}))

    def scope_value(self) -> str:
        """The value that belongs to the chosen scope."""
        name = {"department": "department", "below": "department", "region": "region", "class": "term"}
        return str(self.cleaned_data.get(name.get(self.cleaned_data["scope"], ""), "") or "")


class ReasonForm(PlainForm):
    """Why."""

    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": "2"}))


class LanguageForm(PlainForm):
    """One's own language."""

    language = forms.ChoiceField(label=_("界面语言"))


class FactorsResetForm(PlainForm):
    """How the person was recognised, and why all second steps go."""

    checked = forms.ChoiceField(label=_("怎样核对的本人"))
    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": "2"}))


class SignInRulesForm(PlainForm):
    """登录与安全."""

    profile = forms.ChoiceField(label=_("密码规则"), choices=Profile.choices, widget=forms.RadioSelect)
    min_length = forms.IntegerField(label=_("最短位数"), min_value=8, max_value=64, help_text=_("8 到 64 位。"))
    rotation_days = forms.IntegerField(
        label=_("多少天须更换"), min_value=0, max_value=365, help_text=_("0 为不要求定期更换。")
    )
    history_count = forms.IntegerField(
        label=_("不得与最近几次相同"), min_value=0, max_value=24, help_text=_("0 为不检查。")
    )
    factor_roles = forms.MultipleChoiceField(
        label=_("必须启用第二步验证的角色"), required=False, widget=forms.CheckboxSelectMultiple
    )
    factor_grace_days = forms.IntegerField(
        label=_("宽限天数"), min_value=0, max_value=60, help_text=_("首次登录起算；0 为登录时必须先设置。")
    )
    idle_minutes = forms.IntegerField(
        label=_("不操作多少分钟即退出"), min_value=5, max_value=240, help_text=_("5 到 240 分钟。")
    )
    absolute_hours = forms.IntegerField(
        label=_("一次登录最长几小时"), min_value=1, max_value=24, help_text=_("1 到 24 小时。")
    )
    step_up_minutes = forms.IntegerField(
        label=_("敏感操作前的验证，几分钟内有效"), min_value=5, max_value=120,
        help_text=_("查看完整内容、导出、授权等之前，超过此时间须再输一次密码或验证码。"),
    )  # fmt: skip
    reason = forms.CharField(label=_("修改原因"), max_length=200, widget=forms.Textarea(attrs={"rows": "2"}))


class RoleForm(PlainForm):
    """Name and note of a role; its matrix is drawn by the page."""

    name = line(_("角色名称"), 40)
    note = forms.CharField(label=_("说明"), required=False, max_length=200)


def person_label(person: Person) -> str:
    """A person as choices show them."""
    return f"{person.name}（{person.username}）"
