"""How the keys stand: for the command, for the operations page, and before anything starts."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.kernel import health, keys
from kedang.foundation.kernel.health import Health
from kedang.foundation.kernel.key_ring import ACTIVE, KeyRing, age_days, given_master
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.rekeying import columns
from kedang.foundation.safekeeping.rekeying.usage import usage


def register() -> None:
    """The question of the operations page."""
    health.check("keys", gettext_lazy("密钥"), keys_health, icon="key", order=40)


def status() -> dict[str, Any]:
    """Keys, suites, ages, use, escrow. Never any part of a key."""
    ring, found = keys.reload(), usage()
    total = found.total
    return {
        "ring": str(keys.ring_path()),
        "ring_id": ring.id,
        "master": ring.master,
        "master_from": "environment" if given_master() else "ring",
        "suite": settings.CIPHER_SUITE,
        "blind_suite": "hmac-sm3" if ring.blind_suite.startswith("sm") else "hmac-sha-256",
        "active": ring.active,
        "keys": [
            {
                "number": number,
                "purpose": key.purpose or "all",
                "suite": key.suite,
                "state": key.state,
                "created": key.created or None,
                "age_days": age_days(key.created),
                "values": total[number],
                "in_trail": number in found.trail,
            }
            for number, key in sorted(ring.keys.items())
        ],
        "values": {name: {str(n): count for n, count in sorted(one.items())} for name, one in found.places.items()},
        "missing": {str(number): count for number, count in found.missing.items()},
        "rotation": ring.notes.get("rotation"),
        "rotated": ring.notes.get("rotated"),
        "escrow": _escrow(ring),
    }


def keys_health() -> Health:
    """Do they open what is stored, how old are they, is there a copy for the worst day?"""
    try:
        ring = keys.reload()
    except Refused as refusal:
        return Health("bad", _("密钥环打不开，加密内容无法读取。"), refusal.sentence)
    closed = unreadable_samples()
    oldest = max((age_days(ring.keys[n].created) or 0 for n in ring.active.values()), default=0)
    escrow = _escrow(ring)
    facts = (
        (_("现用密钥"), _("%(n)s 把") % {"n": len(set(ring.active.values()))}),
        (_("最久的一把已用"), _("%(n)s 天") % {"n": oldest}),
        (_("加密算法"), "、".join(sorted({ring.keys[n].suite.upper() for n in ring.active.values()}))),
        (_("最近另存（托管）"), escrow["at"][:10] if escrow else _("没有")),
    )
    if closed:
        words = _("抽查发现有加密内容打不开。")
        return Health(
            "bad", words, _("请运行 kedang keys status 查看缺少哪一把密钥，把原密钥环文件放回 keys 目录。"), facts
        )
    if ring.notes.get("rotation"):
        return Health("warn", _("密钥轮换还没有完成。"), _("请再运行一次 kedang keys rotate，它会接着做完。"), facts)
    if not escrow:
        advice = _(
            "密钥一旦丢失，证件号、电话等加密内容永远打不开。请把它拆成几份打印出来，交不同的人保管（命令 kedang keys escrow）。"
        )
        return Health("warn", _("密钥都在，但还没有另存一份（托管）。"), advice, facts)
    if escrow["is_stale"]:
        return Health("warn", _("托管的密钥环比现用的旧。"), _("请重新运行 kedang keys escrow。"), facts)
    if oldest > settings.KEY_AGE_DAYS:
        words = _("现用密钥已用 %(n)s 天，超过设定的 %(limit)s 天。") % {"n": oldest, "limit": settings.KEY_AGE_DAYS}
        return Health("warn", words, _("请运行 kedang keys rotate 更换密钥。"), facts)
    if any(ring.keys[n].suite != settings.CIPHER_SUITE for n in ring.active.values()):
        return Health(
            "warn", _("现用密钥的算法与设置不同。"), _("请运行 kedang keys rotate，新密钥即用设定的算法。"), facts
        )
    return Health("good", _("密钥齐全，内容能打开，已托管。"), "", facts)


def unreadable_samples() -> int:
    """How many of the first and last values of every sealed column do not open."""
    closed = 0
    for one in columns.sealed_tables():
        for place, value in columns.sample(one):
            try:
                keys.decrypt(value, place)
            except Refused:
                closed += 1
    return closed


def _escrow(ring: KeyRing) -> dict[str, Any] | None:
    last = ring.notes.get("escrow")
    if not last:
        return None
    needed = {number for number, key in ring.keys.items() if key.state == ACTIVE}
    is_stale = last["master"] != ring.master or not needed <= set(last["keys"])
    return {**last, "age_days": age_days(last["at"]), "is_stale": is_stale}
