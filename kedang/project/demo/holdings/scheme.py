"""The scheme of the demo company over time, and projects of its customers."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.customers.models import Customer
from kedang.business.holdings import shipped
from kedang.business.holdings.codes.ledger import VOLUME_KEY
from kedang.business.holdings.codes.reserved import free_codes, meant_by
from kedang.business.holdings.models import Project, Series
from kedang.business.holdings.services.ledger import codes_reserve
from kedang.business.holdings.services.projects import project_change, project_create
from kedang.business.holdings.services.schemes import scheme_draft, scheme_in_force, scheme_publish
from kedang.business.holdings.services.series import series_change, series_create, series_remove
from kedang.business.holdings.services.types import document_type_create, document_types_assign
from kedang.business.holdings.services.volumes import volume_create
from kedang.foundation.kernel import clock
from kedang.foundation.numbering.models import NumberSeries
from kedang.project.demo.acts import Act
from kedang.project.demo.parties import SEED
from kedang.project.demo.staff import House

CHIEF, KEEPER = "shenzhixing", "yezhen"
PROJECTS = 28
WORKS: tuple[tuple[str, str, str], ...] = (
    ("循环水泵房阀门改造", "更换循环水系统蝶阀、止回阀，加装电动执行机构", "停机检修期内完成，提供 24 小时现场服务"),
    ("污水处理站提标改造", "生化池曝气系统与污泥管线阀门成套供货", "出水达一级 A，提供调试与操作培训"),
    ("供热管网换热站建设", "板换机组、自力式调节阀与远传仪表", "供暖季前投运，两年质保"),
    ("厂区压缩空气管网优化", "主管环网改造与末端减压阀组", "不停产施工，能耗降低 8% 以上"),
    ("废气治理配套风阀", "耐腐蚀风阀与气动执行器", "满足环评排放要求，配合第三方检测"),
    ("市政供水减压阀井更新", "先导式减压阀、排气阀、流量计", "夜间施工，恢复供水不迟于次日 5 时"),
    ("化工储罐区紧急切断系统", "SIL2 紧急切断阀及联锁柜", "取得防爆合格证与功能安全认证"),
    ("楼宇空调水系统平衡", "动态平衡阀与能量计", "交付水力平衡报告"),
    ("食品车间卫生级管路", "卫生级隔膜阀、取样阀", "提供材质证明与 3-A 认证"),
    ("船坞压载水管系备件", "海水蝶阀、铜合金截止阀", "船检证书随货"),
)


def scheme_acts(house: House, today: date) -> list[Act]:
    """All acts, in no order."""
    acts = [
        _act(house, today, 402, CHIEF, "09:20", _assign), _act(house, today, 398, CHIEF, "10:30", _draft),
        _act(house, today, 396, CHIEF, "15:10", _publish), _act(house, today, 0, KEEPER, "08:10", _reserve),
        _act(house, today, 0, KEEPER, "08:20", _take_up),
    ]  # fmt: skip
    rng = Random(f"{SEED}-projects")  # noqa: S311  (play data)
    for number in range(PROJECTS):
        ago = 340 - number * 12
        acts.append(_act(house, today, ago, KEEPER, "10:00", partial(_open, number=number, rng=Random(rng.random()))))  # noqa: S311
        if number % 3 == 0 and ago > 130:
            acts.append(_act(house, today, ago - 120, KEEPER, "16:20", _finish))
    return acts


def _act(house: House, today: date, ago: int, who: str, at: str, run: Callable[[House, Any], Any]) -> Act:
    moment = datetime.combine(today - timedelta(days=ago), time.fromisoformat(at), ZoneInfo(settings.TIME_ZONE))
    return Act(moment, who, lambda: run(house, house.people[who]))


def _assign(house: House, actor: Any) -> None:
    document_types_assign(actor=actor, duties=shipped.DUTIES)


def _draft(house: House, actor: Any) -> None:
    """The second version: one class is split, two are merged, one gets a better name."""
    note = "环保服务由“服务记录”分出，单设一类；“关系维护”并入“服务记录”；“市场与分析”改称“市场与竞争”。"
    draft = scheme_draft(actor=actor, title=shipped.TITLE, note=note)
    above = draft.series.get(code="ZY·KH")
    values = {
        "parent": above, "code": "ZY·KH·HB", "name": "环保服务", "retention": above.retention, "position": 105,
        "scope_note": "环保设施运营、检测与整改资料。", "former": _in_force(house, "ZY·KH·FW"),
    }  # fmt: skip
    series_create(actor=actor, scheme=draft, values=values)
    service = draft.series.get(code="ZY·KH·FW")
    values = {
        "name": "服务与关系维护",
        "merged": [_in_force(house, "ZY·KH·GX")],
        "scope_note": "沟通、走访、安装、维修、客户关怀与往来函件。",
    }
    series_change(actor=actor, series=service, values=values)
    series_remove(actor=actor, series=draft.series.get(code="ZY·KH·GX"))
    series_change(actor=actor, series=draft.series.get(code="ZY·KH·SC"), values={"name": "市场与竞争"})


def _in_force(house: House, code: str) -> Series:
    found: Series = scheme_in_force(house.fonds.pk).series.get(code=code)
    return found


def _publish(house: House, actor: Any) -> None:
    draft = house.fonds.scheme_set.get(state="draft")
    scheme_publish(actor=actor, scheme=draft)
    period = scheme_in_force(house.fonds.pk).series.get(code="ZY·KH·HB").retention
    values = {
        "code": "HB01", "name": "环保检测与整改资料", "series_code": "ZY·KH·HB", "retention": period, "department": house.departments["技术部"],
        "keywords": "环保 检测报告 整改 排放", "basis": "细则四1", "due_days": 60, "position": 245,
    }  # fmt: skip
    document_type_create(actor=actor, values=values)


def _open(house: House, actor: Any, *, number: int, rng: Random) -> None:
    """A project of one of the customers that have a dossier by then."""
    known = Customer.objects.filter(fonds=house.fonds, party_kind="enterprise", withdrawn_at__isnull=True).order_by(
        "id"
    )
    count = known.count()
    if not count:
        return
    customer = known[number * 61 % count]
    name, content, need = WORKS[number % len(WORKS)]
    quoted = Decimal(rng.randrange(180, 4200)) * 1000
    is_signed = number % 4 != 3
    begun = clock.today()
    values = {
        "name": name, "content": content, "service_need": need,
        "started_on": begun, "quotation": quoted, "state": "running" if is_signed else "talks",
        "technical_note": "技术协议、选型计算书、装配图" if is_signed else "",
        "contract_number": f"YL-{begun.year}-{101 + number}" if is_signed else "",
        "contract_amount": quoted * Decimal("0.96") if is_signed else None,
        "responsible": customer.responsible, "department": customer.department,
    }  # fmt: skip
    project_create(actor=actor, customer=customer, values=values)


def _finish(house: House, actor: Any) -> None:
    rows = list(Project.objects.filter(fonds=house.fonds, state="running").order_by("id")[:1])
    for row in rows:
        project_change(actor=actor, project=row, values={"state": "done", "ended_on": clock.today()}, reason="验收合格")


def _reserve(house: House, actor: Any) -> None:
    """Numbers for two volumes whose papers are still with the customer."""
    series = NumberSeries.objects.filter(fonds=house.fonds, key=VOLUME_KEY).order_by("-last", "id").first()
    if series is not None:
        codes_reserve(actor=actor, series=series, count=2, reason="留给客户尚未盖章寄回的两卷合同")


def _take_up(house: House, actor: Any) -> None:
    """The papers of one of the two came back: its volume is made under the number that was kept for it."""
    free = free_codes(house.fonds.pk)
    if not free:
        return
    meant = meant_by(house.fonds.pk, free[0].code)
    customer = (
        Customer.objects.filter(fonds=house.fonds, party_kind="enterprise", withdrawn_at__isnull=True)
        .order_by("id")
        .first()
    )
    if {"series", "year", "retention"} <= set(meant):
        volume_create(
            actor=actor, values={**meant, "customer": customer, "reserved_code": free[0].code}, reason="合同已盖章寄回"
        )
