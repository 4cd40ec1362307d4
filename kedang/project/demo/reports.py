"""A quarter of reports of important contacts: accepted, sent back, waiting and late, added to, with next steps done and due; one secret."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.service.models import ContactReport
from kedang.business.service.services.reporting import report_again, report_change, report_make
from kedang.business.service.services.settling import report_accept, report_return, report_supplement, step_done
from kedang.foundation.access.models import Person
from kedang.project.demo.acts import Act
from kedang.project.demo.party import ZONE
from kedang.project.demo.staff import House

KEEPERS = ("shenzhixing", "yezhen")


@dataclass(frozen=True, slots=True)
class Told:
    """One report. ``of``: which of the reporter's customers. ``step``: what, within days, after how many days it was done."""

    ago: int
    by: str
    of: int
    kind: str
    way: str
    subject: str
    told: str
    theirs: str
    step: tuple[str, int, int | None] | None = None
    course: str = "accept"
    note: str = ""
    level: int = 1
    why: str = ""


REPORTS = (
    Told(88, "lujiahe", 0, "contract", "visit", "年度框架合同续签意向", "对方愿按去年条款续签一年，要求账期由 30 天延至 45 天，我方答应回公司商议。", "采购部王经理",
         ("报批账期并书面答复", 10, 7), note="账期按 40 天报批，客户口头接受。"),
    Told(83, "chengyu", 0, "complaint", "phone", "投诉上月到货外箱破损", "共 12 箱外箱破损，产品未受影响。对方要求补发外箱并改用加厚纸箱。", "仓库李主管",
         ("补发 12 个外箱", 5, 4)),
    Told(79, "lujiahe", 1, "people", "writing", "客户总经理变更", "来函告知原总经理调离，新任总经理自下月起主持工作，原有合同继续履行。", "办公室"),
    Told(74, "chengyu", 1, "credit", "meeting", "逾期货款还款安排", "逾期 60 天货款 38.6 万元，对方承认欠款，提出分三期归还，首期本月底前 15 万元。", "财务总监、采购经理",
         ("跟进首期到账", 12, 11), note="首期 15 万元已到账。"),
    Told(70, "mengxiaotang", 0, "rival", "visit", "同行降价 8% 抢单", "对方出示同行报价单，同规格低 8%，希望我方跟进，否则四季度减少三成采购。", "采购总监",
         ("提出分级价格方案", 7, 6)),
    Told(66, "lujiahe", 0, "project", "meeting", "二期扩建项目立项", "客户二期扩建已经董事会批准，明年一季度招标，邀请我方先做技术交流。", "基建部、设备部",
         ("安排技术交流会", 20, 18), note="交流会已办，客户要求补充节能数据。"),
    Told(61, "chengyu", 2, "contract", "visit", "价格条款谈判", "对方要求含税价下浮 3%，我方以年采购量不低于 200 台为条件接受 2%。", "总经理、采购经理"),
    Told(55, "lujiahe", 2, "complaint", "writing", "投诉交货延误", "来函指出两批货各延误 6 天，要求书面说明原因，并按合同承担违约金。", "采购部",
         ("书面答复并确认违约金", 5, 9), "again", "违约金按 1.2 万元抵扣货款，客户盖章确认。"),
    Told(49, "mengxiaotang", 1, "people", "phone", "对方采购负责人离任", "采购经理月底离任，由副经理接手，询价和对账改由副经理办理。", "采购部张副经理"),
    Told(44, "chengyu", 0, "project", "meeting", "新生产线试产", "新线试产成功，下季度用量预计增加四成，希望我方保证月供 60 台。", "生产部、采购部",
         ("核实产能并答复", 10, 8)),
    Told(38, "lujiahe", 3, "credit", "phone", "银行授信收紧", "对方告知银行授信收紧，年底前付款可能放缓，承诺不超过 60 天。", "财务经理"),
    Told(33, "chengyu", 3, "rival", "caller", "竞争对手上门试样", "客户技术员透露竞争对手送样试用两周，指标与我方接近，价格未谈。", "技术部小组",
         ("安排技术员回访对比", 10, None)),
    Told(27, "lujiahe", 1, "contract", "meeting", "拟收购上游工厂，需调整长期合同", "对方尚未公告拟收购上游工厂，收购完成后采购主体变更，希望提前商定合同转让。", "董事长、法务",
         ("法务拟合同转让条款", 20, None), level=2, why="涉及对方未公告的收购，公告前只限知悉到秘密的人"),
    Told(21, "mengxiaotang", 0, "contract", "visit", "四季度分级价格谈定", "按月采购量分三级给价，最低一级下浮 4%，对方同意签补充协议。", "采购总监",
         ("签补充协议", 14, 12)),
    Told(15, "chengyu", 1, "credit", "phone", "第二期还款推迟", "对方提出第二期推迟到下月十日，理由是年底结算集中。", "财务总监",
         ("十日核对到账", 12, None)),
    Told(11, "lujiahe", 4, "complaint", "visit", "泵体异响要求检修", "到现场查看，泵体有异响，对方要求一周内派人检修，否则暂停付尾款。", "设备科科长",
         ("派技术员检修", 7, 5), note="已更换轴承，客户签字确认。"),
    Told(8, "chengyu", 4, "project", "meeting", "扩建项目延期", "受审批影响，项目延期约三个月，已签订单照常执行。", "项目部", course="wait"),
    Told(6, "lujiahe", 2, "contract", "phone", "要求更换签约主体", "对方希望改由其子公司签约，未说明原因。", "采购部",
         course="return"),
    Told(3, "chengyu", 2, "rival", "visit", "询价转向进口替代", "客户明年拟把部分进口件改为国产，邀请我方与另两家同时报价。", "技术总监、采购经理",
         ("提交首轮报价", 15, None)),
    Told(2, "mengxiaotang", 2, "people", "caller", "新任董事长来访", "对方新任董事长来访，认可双方合作，提出明年合作规模翻番的设想。", "董事长、总经理助理", course="wait"),
    Told(1, "lujiahe", 0, "project", "phone", "二期设备清单提前发出", "客户将设备清单提前发给我方征求意见，下周一前要回复。", "设备部",
         ("回复设备清单意见", 3, None), "wait"),
)  # fmt: skip
BACK = "请写明对方提出的期限和对方经办人，并附来函。"
ANSWER = "对方经办人为采购部陈主管，要求月底前书面答复，来函已收件归档。"


def report_acts(house: House, today: date) -> list[Act]:
    """All acts, in no order."""
    acts: list[Act] = []
    for number, one in enumerate(REPORTS):
        kept: dict[str, ContactReport] = {}
        keeper = KEEPERS[number % len(KEEPERS)] if one.level == 1 else KEEPERS[0]
        acts.append(_at(today, one.ago, f"16:{10 + number}", one.by, partial(_report, house, kept, one, today)))
        acts += _course(house, today, one, kept, keeper)
        if one.step is not None and one.step[2] is not None:
            note = "已办，客户确认。"
            acts.append(
                _at(
                    today,
                    max(0, one.ago - one.step[2]),
                    "17:40",
                    one.by,
                    partial(_act, house, kept, one.by, step_done, note=note),
                )
            )
        if one.note:
            acts.append(
                _at(
                    today,
                    max(0, one.ago - 9),
                    "17:55",
                    one.by,
                    partial(_act, house, kept, one.by, report_supplement, text=one.note),
                )
            )
    return acts


def _course(house: House, today: date, one: Told, kept: dict[str, ContactReport], keeper: str) -> list[Act]:
    """What became of it, on the following days."""
    if one.course == "wait":
        return []
    if one.course == "accept":
        return [_at(today, one.ago - 1, "09:35", keeper, partial(_act, house, kept, keeper, report_accept))]
    acts = [_at(today, one.ago - 1, "09:40", keeper, partial(_act, house, kept, keeper, report_return, reason=BACK))]
    if one.course == "again":
        acts += [
            _at(
                today,
                one.ago - 2,
                "10:05",
                one.by,
                partial(_act, house, kept, one.by, report_change, values={"told": f"{one.told}{ANSWER}"}),
            ),
            _at(today, one.ago - 2, "10:06", one.by, partial(_act, house, kept, one.by, report_again)),
            _at(today, one.ago - 3, "09:20", keeper, partial(_act, house, kept, keeper, report_accept)),
        ]
    return acts


def _at(today: date, ago: int, at: str, who: str, run: Callable[[], Any]) -> Act:
    return Act(datetime.combine(today - timedelta(days=ago), time.fromisoformat(at), tzinfo=ZONE), who, run)


def _report(house: House, kept: dict[str, ContactReport], one: Told, today: date) -> None:
    person: Person = house.people[one.by]
    mine = Customer.objects.visible_to(person, "service.report").filter(
        withdrawn_at__isnull=True, secrecy_level__lte=one.level, name__endswith="公司"
    )
    customer = mine.order_by("created_at", "pk")[one.of : one.of + 1].first()
    if customer is None:
        return
    day = today - timedelta(days=one.ago)
    values: dict[str, Any] = {
        "happened_on": day, "way": one.way, "kind": one.kind, "subject": one.subject, "told": one.told, "our_people": person.name,
        "their_people": one.theirs, "secrecy_level": one.level, "secrecy_reason": one.why,
    }  # fmt: skip
    if one.step is not None:
        values |= {"next_step": one.step[0], "next_due_on": day + timedelta(days=one.step[1]), "next_person": person}
    kept["report"] = report_make(actor=person, customer=customer, values=values)


def _act(house: House, kept: dict[str, ContactReport], who: str, service: Callable[..., Any], **given: Any) -> None:
    if "report" in kept:
        service(actor=house.people[who], report=kept["report"], **given)
