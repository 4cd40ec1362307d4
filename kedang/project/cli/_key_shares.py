"""The sheet of a key share on paper."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.kernel import clock
from kedang.foundation.safekeeping import rekeying
from kedang.foundation.safekeeping.rekeying.shares import Share
from kedang.foundation.web.printing.renderer import qr_svg, render

TEMPLATE = Path(rekeying.__file__).parent / "share.typ"


def print_shares(share: Share, codes: list[str], made: str) -> bytes:
    """One share as PDF: the words to type, the codes to scan, what to do with them."""
    company = Fonds.objects.order_by("pk").first()
    moment = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    data = {
        "number": _("第 %(n)s 份，共 %(count)s 份") % {"n": share.number, "count": share.count},
        "threshold": _("凑齐任意 %(k)s 份") % {"k": share.threshold},
        "escrow": share.escrow,
        "made": moment,
        "ring": str(Path(settings.DATA_DIR).name),
        "groups": share.words.split(),
        "code": qr_svg(share.code),
        "codes": [qr_svg(code) for code in codes],
        "mark": {
            "company": company.name if company else "",
            "printed_by": "kedang keys escrow",
            "printed_at": moment,
            "purpose": "",
            "secrecy": "",
            "watermark": False,
        },
        "t": _texts(),
    }
    return render(TEMPLATE, data)


def _texts() -> dict[str, object]:
    return {
        "title": _("密钥托管份额"),
        "subtitle": _("绝密 · 请装入封套，签封后分处保管"),
        "escrow": _("托管编号"),
        "which": _("本份"),
        "needed": _("恢复所需"),
        "made": _("制作时间"),
        "ring": _("数据目录"),
        "how": _(
            "本页是客档密钥环的一份。单独一份不泄露任何内容；凑齐所需份数即可恢复密钥，从而打开证件号码、电话、银行账号等加密内容。"
            "恢复时把各份录入文本文件（扫码所得文字，或“密字:”后逐字录入），再运行："
            "kedang keys escrow --restore 文件… --out keyring.json。"
        ),
        "share": _("份额（每份不同）"),
        "check": _(
            "以上每个字都出自《千字文》，从左到右、逐行录入；最后四个字是校验字，抄错会被发现。右为同一内容的二维码。"
        ),
        "list": _("密钥清单（各份相同）"),
        "listed": _(
            "清单本身已由主密钥加密，不含秘密。恢复时任取一份扫出各段即可；如备份中有较新的密钥环文件，可用 --ring 指定代替。"
        ),
        "signatures": [_("制作人"), _("保管人"), _("封存日期")],
    }
