"""Who printed: the mark on every page. Also the few ways of writing amounts that forms use."""

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kedang.business.customers.choices import Currency
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.printing import Mark


def mark_of(actor: Actor, secrecy_level: int = SecrecyLevel.INTERNAL, purpose: str = "") -> Mark:
    """The mark for a paper that this actor prints now."""
    fonds = Fonds.objects.filter(pk=actor.fonds_id).first() if actor.fonds_id else None
    username = getattr(actor, "username", "")
    return Mark(
        company=fonds.name if fonds else "",
        printed_by=f"{actor.display_name}（{username}）" if username else actor.display_name,
        printed_at=f"{clock.local(clock.now()):%Y-%m-%d %H:%M}",
        secrecy=secrecy_words(secrecy_level),
        purpose=purpose,
    )


def secrecy_words(level: int) -> str:
    """密级 as it stands on paper: with the star of classified papers from 秘密 on, nothing for 公开."""
    if level == SecrecyLevel.PUBLIC:
        return ""
    name = str(SecrecyLevel(level).label)
    return f"{name}★" if level >= SecrecyLevel.SECRET else name


def money(amount: Decimal | None, currency: str = "") -> str:
    """``5,000 万元人民币``; amounts below ten thousand in yuan. Western readers get ``CNY 50,000,000``."""
    if amount is None:
        return ""
    if not (get_language() or "zh").startswith("zh"):
        return f"{currency or Currency.CNY.value} {_plain(amount)}"
    if amount >= 10_000:
        figure, unit = _plain(amount / 10_000), _("万元")
    else:
        figure, unit = _plain(amount), _("元")
    if currency and currency != Currency.CNY:
        names: dict[str, Any] = dict(Currency.choices)
        return f"{figure} {unit.removesuffix(_('元'))}{names.get(currency, currency)}"
    return f"{figure} {unit}{_('人民币') if currency else ''}"


def _plain(amount: Decimal) -> str:
    """Thousands separated, at most four decimals, no trailing zeros."""
    text = f"{amount:,.4f}"
    return text.rstrip("0").rstrip(".")
