"""Inputs of the pages of notices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kedang.foundation.notices.choices import MailSecurity
from kedang.foundation.notices.registry import kinds
from kedang.foundation.web.records.form_fields import style


class _Plain(forms.Form):
    """Looks like the forms of records; takes a service's refusal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            style(field)

    def tell(self, sentence: str, field: str | None) -> None:
        """Put a refusal where it belongs."""
        self.add_error(field if field in self.fields else None, sentence)


def secret(label: Any, hint: Any = "") -> forms.CharField:
    """An input whose content is never sent back; left empty it stays what it is."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=500, strip=True, widget=widget, help_text=hint)


def line(label: Any, length: int, hint: Any = "") -> forms.CharField:
    """A line of text."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=length, widget=widget, help_text=hint)


class MailForm(_Plain):
    """The company's mail server."""

    is_active = forms.BooleanField(label=_("启用"), required=False)
    host = line(_("邮件服务器"), 120, _("例如 smtp.exmail.qq.com"))
    port = forms.IntegerField(label=_("端口"), min_value=1, max_value=65535, initial=465)
    security = forms.ChoiceField(label=_("加密方式"), choices=MailSecurity.choices)
    username = line(_("账号"), 120)
    password = secret(_("密码"))
    sender = line(_("发件人地址"), 200, _("例如 kedang@example.com"))
    version = forms.RegexField(r"^\d{1,9}$", widget=forms.HiddenInput, required=False)


class RobotForm(_Plain):
    """The robot of a group."""

    is_active = forms.BooleanField(label=_("启用"), required=False)
    webhook = secret(_("机器人地址（Webhook）"))
    signing_key = secret(_("加签密钥"))
    version = forms.RegexField(r"^\d{1,9}$", widget=forms.HiddenInput, required=False)


class PreferenceForm(_Plain):
    """How one wants to be told."""

    by_email = forms.BooleanField(label=_("电子邮件通知我"), required=False)
    is_digest = forms.BooleanField(label=_("普通邮件合并为每日一封"), required=False)
    digest_at = forms.TimeField(label=_("每日汇总时间"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_from = forms.TimeField(label=_("免打扰自"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(
        label=_("免打扰至"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("两个时间相同即不设免打扰。"),
    )
    wanted = forms.MultipleChoiceField(label=_("外发哪些通知"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, robots: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wanted"].choices = [(one.code, one.title) for one in kinds()]  # type: ignore[attr-defined]
        for kind, title in (robots or {}).items():
            label = _("我在%(channel)s中的账号") % {"channel": title}
            self.fields[f"account-{kind}"] = style(line(label, 64, _("填了才会在群里提醒我；不填则不用这个渠道。")))

    def accounts(self) -> list[Any]:
        """The inputs of accounts."""
        return [self[name] for name in self.fields if name.startswith("account-")]
