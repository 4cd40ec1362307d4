"""What went wrong in the demo company's inbox: a file that came by mail with a virus in it, held back as the scanner would have it."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.customers.models import Customer
from kedang.business.holdings.services import items as s
from kedang.foundation.files.scanning.clamd import Verdict
from kedang.foundation.files.services import file_store
from kedang.foundation.files.services.scanning import enter_verdict
from kedang.foundation.kernel import context
from kedang.foundation.kernel.actors import system_actor
from kedang.project.demo.acts import Act
from kedang.project.demo.staff import House

KEEPER = "yezhen"
NAME = "供应商付款确认函（请启用宏查看）.txt"
CONTENT = "演示：这份文件本身无害，只用来显示查出病毒的文件怎样被隔离。\n".encode()
VIRUS = "Doc.Downloader.Emotet-7580152-0"


def mishap_acts(house: House, today: date) -> list[Act]:
    """One act, the day before yesterday."""
    at = datetime.combine(today - timedelta(days=2), time(9, 5), ZoneInfo(settings.TIME_ZONE))
    return [Act(at, KEEPER, partial(_infected, house, house.people[KEEPER]))]


def _infected(house: House, keeper: Any) -> None:
    customer = (
        Customer.objects.visible_to(keeper).filter(fonds=house.fonds, volumes__isnull=False).order_by("pk").first()
    )
    stored = file_store(actor=keeper, name=NAME, chunks=[CONTENT], fonds=house.fonds)
    values = {"customer": customer} if customer is not None else {}
    s.item_receive(actor=keeper, values=values, files=[stored], source="客户邮件")
    with context.use(channel="job"):
        enter_verdict(actor=system_actor("查毒服务"), pk=stored.pk, verdict=Verdict("found", VIRUS))
