"""Channels are set, tried and switched off; people say how they want to be told."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure
from kedang.foundation.notices import events as e
from kedang.foundation.notices.channels import Message, Undelivered, send
from kedang.foundation.notices.channels.guard import refuse_address
from kedang.foundation.notices.choices import ChannelKind, MailSecurity
from kedang.foundation.notices.models import Channel, Notice, Preference
from kedang.foundation.notices.registry import is_known

MANAGE = "settings.manage"
SECRETS = ("password", "webhook", "signing_key")
MAIL, ROBOT = ("host", "port", "security", "username", "sender", "password"), ("webhook", "signing_key")
ACCOUNT = re.compile(r"^[\w.@+-]{1,64}$")


def require_manage(actor: Actor) -> None:
    """Who looks after the system sets channels."""
    require(actor, MANAGE)


@transaction.atomic
def channel_change(
    *, actor: Actor, kind: str, is_active: bool, values: Mapping[str, Any], version: int | None = None
) -> Channel:
    """Set a channel of the company. A secret that is left empty stays what it is.

    Raises:
        NotAllowed. Refused: ``channel_unknown``, ``stale_version``, ``address_refused``, ``invalid``.
    """
    require_manage(actor)
    if kind not in ChannelKind.values:
        raise Refused("channel_unknown", _("没有“%(kind)s”这种渠道。") % {"kind": kind}, "kind")
    fonds_id = sure(actor.fonds_id)
    Fonds.objects.select_for_update().get(pk=fonds_id)
    row = Channel.objects.select_for_update().filter(fonds_id=fonds_id, kind=kind).first()
    row = row or Channel(fonds_id=fonds_id, kind=kind, version=0)
    if version is not None and version != row.version:
        raise Refused("stale_version", _("此渠道刚被他人修改，请刷新后再改。"))
    names = MAIL if kind == ChannelKind.EMAIL else ROBOT
    given = {name: _typed(name, values[name]) for name in names if name in values}
    given = {name: value for name, value in given.items() if not (name in SECRETS and value == "")}
    given["is_active"] = is_active
    changes = {}
    for name, value in given.items():
        old = getattr(row, name)
        if old != value:
            changes[name] = (_("已设") if old else "", _("已更换")) if name in SECRETS else (old, value)
            setattr(row, name, value)
    _check(row)
    if not changes and row.pk:
        return row
    row.version += 1
    row.error = ""
    row.save()
    record(actor, e.CHANNEL_CHANGED, row, changes=changes)
    return row


def channel_try(*, actor: Person, kind: str) -> str:
    """Send a test to oneself at once; returns to where.

    Raises:
        NotAllowed. Refused: ``channel_missing``, ``address_missing``, ``undelivered`` with what the other side said.
    """
    require_manage(actor)
    row = Channel.objects.filter(fonds_id=actor.fonds_id, kind=kind).first()
    if row is None:
        raise Refused("channel_missing", _("请先保存此渠道的设置，再试发。"))
    wish = Preference.objects.filter(person=actor).first()
    account = actor.email if kind == ChannelKind.EMAIL else (wish.accounts.get(kind, "") if wish is not None else "")
    if kind == ChannelKind.EMAIL and not account:
        raise Refused("address_missing", _("您的账号没有电子邮箱，请先在人员资料中填写，再试发。"))
    now, told = clock.now(), ""
    try:
        send(
            row,
            Message.of(
                [Notice(kind="notices.test", number=f"{clock.local(now):%m%d-%H%M}", url="/me/notices/")], account
            ),
        )
    except Undelivered as error:
        told = str(error)
    with transaction.atomic():
        seen = {"failed_at": now, "error": told[:200]} if told else {"good_at": now, "error": ""}
        Channel.objects.filter(pk=row.pk).update(**seen)
        record(actor, e.CHANNEL_TRIED, row, meta={"channel": kind, "error": told[:200]})
    if told:
        raise Refused("undelivered", _("试发没有成功：%(told)s。请核对设置后再试。") % {"told": told})
    return account or str(row.get_kind_display())


@transaction.atomic
def preference_change(*, actor: Person, values: Mapping[str, Any]) -> Preference:
    """How one wants to be told.

    Raises:
        Refused: ``account_odd``, ``invalid``.
    """
    Person.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    row = Preference.objects.filter(person=actor).first() or Preference(person=actor)
    accounts = {}
    for kind, text in dict(values.get("accounts", row.accounts)).items():
        account = str(text).strip()
        if account and (kind not in ChannelKind.values or not ACCOUNT.match(account)):
            raise Refused(
                "account_odd",
                _("“%(text)s”不像账号，请从群机器人所在的应用中复制。") % {"text": account[:64]},
                f"account-{kind}",
            )
        if account:
            accounts[kind] = account
    row.accounts = accounts
    row.unwanted = sorted({str(one) for one in values.get("unwanted", row.unwanted) if is_known(str(one))})
    row.by_email = bool(values.get("by_email", row.by_email))
    row.is_digest = bool(values.get("is_digest", row.is_digest))
    for name in ("quiet_from", "quiet_until", "digest_at"):
        if name in values:
            setattr(row, name, _hour(values[name], name))
    row.save()
    return row


@transaction.atomic
def notice_open(*, actor: Person, notice_id: int) -> Notice | None:
    """One's own notice, read from now on; None where there is none."""
    row: Notice | None = Notice.objects.filter(pk=notice_id, person=actor).first()
    if row is not None and row.read_at is None:
        Notice.objects.filter(pk=row.pk, read_at__isnull=True).update(read_at=clock.now())
    return row


@transaction.atomic
def notices_read(*, actor: Person) -> int:
    """All of one's own are read; how many were not."""
    return int(Notice.objects.filter(person=actor, read_at__isnull=True).update(read_at=clock.now()))


def _hour(value: Any, name: str) -> time:
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise Refused(
            "invalid", _("“%(value)s”不是时间，请写成 21:00 的样子。") % {"value": str(value)[:20]}, name
        ) from None


def _typed(name: str, value: Any) -> Any:
    if name == "port":
        text = str(value).strip()
        if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
            raise Refused("invalid", _("端口应为 1 到 65535 的数字。"), "port")
        return int(text)
    return str(value or "").strip()


def _check(row: Channel) -> None:
    """A channel in use has what it needs."""
    if row.security not in MailSecurity.values:
        raise Refused("invalid", _("请选择邮件的加密方式。"), "security")
    if row.webhook:
        refuse_address(row.webhook)
    if not row.is_active:
        return
    if row.kind != ChannelKind.EMAIL:
        if not row.webhook:
            raise Refused("invalid", _("启用前请填写机器人地址（Webhook）。"), "webhook")
        if not urlsplit(row.webhook).hostname:
            raise Refused("invalid", _("机器人地址不完整，请从群机器人的设置中整段复制。"), "webhook")
        return
    if not row.host:
        raise Refused("invalid", _("启用前请填写邮件服务器，例如 smtp.example.com。"), "host")
    try:
        validate_email(row.sender)
    except ValidationError:
        raise Refused("invalid", _("发件人地址不像邮箱地址，请核对。"), "sender") from None
