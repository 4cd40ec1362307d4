"""The everyday traces of the last half year: sign-ins, dossiers read, searches, numbers looked up, prints, exports."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from kedang.business.customers.events import CUSTOMER_PRINTED, CUSTOMER_VIEWED, CUSTOMERS_EXPORTED, CUSTOMERS_LISTED
from kedang.business.customers.models import Customer
from kedang.foundation.access.events import REFUSED, SIGN_IN_FAILED, SIGNED_IN, SIGNED_OUT
from kedang.foundation.access.veil import field_unmask
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.search.services import search_run
from kedang.project.demo.acts import Act, Stage
from kedang.project.demo.parties import SEED
from kedang.project.demo.party import ZONE, Party

READERS = {
    "zhengmingqu": 2, "guqinghe": 3, "shenzhixing": 6, "yezhen": 8, "mengxiaotang": 6, "lujiahe": 9, "chengyu": 9,
    "hanqiming": 6, "xuniansheng": 9, "luozijin": 9, "fangruogu": 8, "liangsiyuan": 4, "suman": 2, "tangboan": 2,
}  # fmt: skip
"""How often each opens dossiers."""
OWN_ONLY = {"lujiahe", "chengyu", "xuniansheng", "luozijin"}
PRINTERS = ("shenzhixing", "yezhen", "mengxiaotang", "hanqiming", "zhengmingqu", "guqinghe")
QUERIES = "阀门 调节阀 中山 绍兴 水务局 苏州 越谷 环保科技 集团 tjf 物业 人民医院 纺织 宁波 供热 砺湾 恪川 张 机电安装 食品".split()
UNMASK_REASONS = ("开票核对", "客户要求确认账号", "办理合同备案", "寄送材料前核对", "回访联系", "核对证件信息")
CONDITIONS = (
    ["客户等级：A 级"], ["客户类型：企业", "所在地区：浙江省"], ["客户状态：潜在客户"], ["完整度低于 60%"], ["业务领域：工业"], ["重要程度：主力客户"],
    ["负责人：本人"], ["所在地区：广东省"], ["客户类型：合作伙伴", "细分类型：供应商"],
)  # fmt: skip
FORBIDDEN = (
    ("customers.export", "导出客户清单", "/customers/export/"),
    ("audit.view", "查阅留痕", "/audit/"),
    ("numbering.manage", "管理编号规则", "/settings/numbering/"),
    ("access.view_people", "查看人员", "/people/"),
)
DAYS = 180


def trail(stage: Stage, people: list[Party], today: date, days: int = DAYS) -> list[Act]:
    """Acts of reading for the working days of the last ``days``."""
    rng = Random(f"{SEED}-trail")  # noqa: S311  (play data)
    acts: list[Act] = []
    for back in range(days, 0, -1):
        day = today - timedelta(days=back)
        if day.weekday() > 4:
            continue
        open_by_then = [party for party in people if party.opened_at.date() < day]
        if open_by_then:
            acts += _day(rng, stage, open_by_then, day, busy=1.6 if back < 30 else 1.0)
    return acts


def _day(rng: Random, stage: Stage, people: list[Party], day: date, busy: float) -> list[Act]:
    acts: list[Act] = []
    for name in stage.house.people:
        if name in {"helijun", "bailu", "qiujingyi"} and rng.random() < 0.6:
            continue
        if rng.random() < 0.45:
            acts += _signing(rng, stage, name, day)
    names = rng.choices(list(READERS), weights=list(READERS.values()), k=int(rng.randrange(5, 12) * busy))
    for name in names:
        party = _pick(rng, people, name)
        if party is not None:
            acts.append(Act(_at(rng, day), name, _reading(stage, name, party)))
    for _n in range(rng.randrange(2, 6)):
        name = rng.choice(list(READERS))
        acts.append(Act(_at(rng, day), name, _searching(rng, stage, name)))
    for _n in range(rng.randrange(1, 4)):
        name = rng.choice(list(READERS))
        acts.append(Act(_at(rng, day), name, _listing(rng, stage, name)))
    if rng.random() < 0.12:
        name = rng.choice(("lujiahe", "fangruogu", "liangsiyuan", "suman", "xuniansheng"))
        acts.append(Act(_at(rng, day), name, _refused(rng, stage, name)))
    if rng.random() < 0.6:
        name = rng.choice(PRINTERS)
        party = _pick(rng, people, name)
        if party is not None:
            acts.append(Act(_at(rng, day), name, _printing(stage, name, party)))
            acts.append(Act(_at(rng, day), name, _unmasking(rng, stage, name, party)))
    if rng.random() < 0.08:
        name = rng.choice(PRINTERS[:4])
        acts.append(Act(_at(rng, day), name, _exporting(rng, stage, name)))
    return acts


def _signing(rng: Random, stage: Stage, name: str, day: date) -> list[Act]:
    person = stage.house.people[name]
    at = _at(rng, day, 8, 9)
    acts = [Act(at, name, lambda: record(person, SIGNED_IN, person))]
    if rng.random() < 0.05:
        failed = at - timedelta(minutes=1)
        acts.append(Act(failed, name, lambda: record(person, SIGN_IN_FAILED, person, reason="密码不正确")))
    if rng.random() < 0.5:
        acts.append(Act(_at(rng, day, 17, 18), name, lambda: record(person, SIGNED_OUT, person)))
    return acts


def _pick(rng: Random, people: list[Party], name: str) -> Party | None:
    """A dossier that this person may see; main customers are opened more often."""
    for _try in range(12):
        party = rng.choice(people)
        if name in OWN_ONLY and party.responsible != name:
            continue
        if name in {"mengxiaotang", "hanqiming"} and party.department != (
            "销售一部" if name == "mengxiaotang" else "销售二部"
        ):
            continue
        if name == "tangboan" and not party.values["region_code"].startswith("44"):
            continue
        if name == "suman" and party.department != "销售一部":
            continue
        if party.classes["importance"] == ["main"] or rng.random() < 0.35:
            return party
    return None


def _reading(stage: Stage, name: str, party: Party) -> Callable[[], object]:
    def run() -> None:
        customer = stage.customers.get(id(party))
        if customer is not None:
            record(stage.house.people[name], CUSTOMER_VIEWED, customer)

    return run


def _searching(rng: Random, stage: Stage, name: str) -> Callable[[], object]:
    text = rng.choice(QUERIES)
    return lambda: search_run(actor=stage.house.people[name], kind="customer", text=text)


def _listing(rng: Random, stage: Stage, name: str) -> Callable[[], object]:
    words, found = rng.choice(CONDITIONS), rng.randrange(3, 260)
    subject = SubjectRef(Customer._meta.label_lower, None, "；".join(words), fonds_id=stage.house.fonds.pk)
    meta = {"view": "", "conditions": words, "found": found, "ids": []}
    return lambda: record(stage.house.people[name], CUSTOMERS_LISTED, subject, meta=meta)


def _refused(rng: Random, stage: Stage, name: str) -> Callable[[], object]:
    code, title, path = rng.choice(FORBIDDEN)
    reason = f"您没有“{title}”的权限。如工作需要，请向系统管理员申请。"
    return lambda: record(stage.house.people[name], REFUSED, reason=reason, meta={"path": path, "action": code})


def _printing(stage: Stage, name: str, party: Party) -> Callable[[], object]:
    def run() -> None:
        customer = stage.customers.get(id(party))
        if customer is not None:
            record(stage.house.people[name], CUSTOMER_PRINTED, customer, reason="会前准备")

    return run


def _unmasking(rng: Random, stage: Stage, name: str, party: Party) -> Callable[[], object]:
    reason = rng.choice(UNMASK_REASONS)

    def run() -> None:
        customer = stage.customers.get(id(party))
        if customer is not None and customer.bank_account:
            field_unmask(actor=stage.house.people[name], obj=customer, field="bank_account", reason=reason)

    return run


def _exporting(rng: Random, stage: Stage, name: str) -> Callable[[], object]:
    rows = rng.randrange(12, 300)
    meta = {"rows": rows, "columns": ["number", "name", "grade", "responsible"]}
    return lambda: record(stage.house.people[name], CUSTOMERS_EXPORTED, meta=meta, reason="月度客户分析")


def _at(rng: Random, day: date, first: int = 8, last: int = 18) -> datetime:
    return datetime(
        day.year, day.month, day.day, rng.randrange(first, last), rng.randrange(60), rng.randrange(60), tzinfo=ZONE
    )
