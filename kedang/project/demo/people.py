"""People at the customers, and what the company knows of them: contacts, key persons, profile texts."""

from datetime import timedelta
from random import Random

from kedang.project.demo import numbers, words
from kedang.project.demo.kinds import person_name, romanised
from kedang.project.demo.party import Party, Values

EDUCATION = (("bachelor", 42), ("college", 26), ("master", 16), ("senior", 12), ("doctor", 4))


def add_people(rng: Random, party: Party) -> None:
    """Contacts, key persons and profile, as many as the dossier is rich."""
    kind = party.values["party_kind"]
    if kind == "individual":
        if rng.random() < 0.15:
            party.contacts.append(contact(rng, party, 0))
        return
    if rng.random() < party.richness + 0.25:
        count = rng.choices((1, 2, 3, 4), weights=(38, 34, 20, 8))[0]
        party.contacts = [contact(rng, party, index) for index in range(count)]
        if count > 1:
            party.contacts[rng.randrange(1, count)]["is_daily"] = True
        if count > 2 or rng.random() < 0.1:
            party.contacts[-1]["is_emergency"] = True
    if party.values.get("legal_representative") and rng.random() < party.richness - 0.15:
        party.key_persons.append(key_person(rng, party, party.values["legal_representative"], "legal_representative"))
        if rng.random() < 0.45:
            party.key_persons.append(key_person(rng, party, person_name(rng), rng.choice(("manager", "owner"))))
    if rng.random() < party.richness - 0.1:
        party.profile = profile(rng, party)


def contact(rng: Random, party: Party, index: int) -> Values:
    """A contact; the first is the main one."""
    male = rng.random() < 0.55
    name = person_name(rng, male)
    unit = rng.choice(words.UNITS) if rng.random() < 0.6 else ""
    return {
        "name": name,
        "sex": "male" if male else "female",
        "post": rng.choice(words.POSTS) if party.values["party_kind"] != "individual" else "家属",
        "unit": unit if party.values["party_kind"] != "individual" else "",
        "is_primary": index == 0,
        "is_daily": False,
        "is_emergency": False,
        "mobile": numbers.mobile(rng) if rng.random() < 0.9 else "",
        "phone": numbers.landline(rng, party.area) if rng.random() < 0.4 else "",
        "email": f"{romanised(name)}@{party.mail}" if rng.random() < 0.5 else "",
        "wechat": f"{romanised(name)}{rng.randrange(10, 99)}" if rng.random() < 0.4 else "",
        "since_on": party.opened_at.date() - timedelta(days=rng.randrange(1500)) if rng.random() < 0.5 else None,
        "remarks": rng.choice(("", "", "", "上午较易联系", "周五例会，勿约", "发货前须电话确认", "发票寄此人")),
    }


def key_person(rng: Random, party: Party, name: str, role: str) -> Values:
    """A key person with what matters for dealing with them."""
    born = party.opened_at.date() - timedelta(days=rng.randrange(11_000, 24_000))
    full = rng.random() < party.richness
    return {
        "name": name,
        "role": role,
        "post": {"legal_representative": "董事长", "owner": "股东"}.get(
            role, rng.choice(("总经理", "副总经理", "厂长"))
        ),
        "sex": "female" if name[-1] in "琴华怡棠琳清敏洁英兰燕宁仪慈蓁香玲云雯月欣怡蓉倩娟" else "male",
        "born_on": born if rng.random() < 0.6 else None,
        "education": rng.choices([e for e, _n in EDUCATION], weights=[n for _e, n in EDUCATION])[0] if full else "",
        "family": rng.choice(words.FAMILIES) if full and rng.random() < 0.7 else "",
        "hobbies": "、".join(rng.sample(words.HOBBIES, rng.randrange(1, 4))) if full else "",
        "character": rng.choice(words.CHARACTERS),
        "ability": rng.choice(words.ABILITIES) if full else "",
        "remarks": "",
    }


def profile(rng: Random, party: Party) -> Values:
    """特征与业务状况: short, plausible sentences; not every dossier has all."""
    staff = party.values.get("employees") or 60
    texts = {
        "service_area": rng.choice(("华东地区", "长三角及周边", "本省范围内", "全国，以华南为主", "珠三角地区", "西南三省", "出口东南亚，内销为辅")),
        "sales_capacity": f"销售团队{max(2, staff // 12)}人，{rng.choice(('另有经销商网络', '以直销为主', '以招投标为主', '线上线下并行'))}",
        "potential": rng.choice(("二期厂房在建，产能预计增加三成", "所在园区扩建，设备更新需求明确", "行业平稳，潜力一般", "正在申报高新技术企业，研发投入加大", "随主机厂扩产，未来两年需求看好")),
        "culture": rng.choice(("重质量，轻价格", "家族企业，讲信用", "国企作风，流程规范", "以客户为先，反应快", "勤俭务实")),
        "policy": rng.choice(("稳健经营，控制负债", "以新产品带动增长", "以价格换市场", "深耕本地，逐步外拓")),
        "size_note": f"现有职工约{staff}人，{rng.choice(('厂房自有', '厂房租用', '多地设有车间', '办公与生产分处两地'))}",
        "management_traits": rng.choice(("老板一人决定", "采购须三方比价", "实行年度预算，年底集中采购", "技术部门对选型有否决权", "通过招标平台采购")),
        "past_results": rng.choice(("近三年采购额逐年上升", "去年采购额有所回落", "合作以来保持稳定", "首年合作，尚无往年数据")),
        "present_results": rng.choice(("上半年已完成全年计划六成", "本年订单较去年同期增长", "本季度订单减少，原因待查", "按框架协议执行中")),
        "manager_quality": rng.choice(("管理层经验丰富", "管理层年轻，学习快", "第二代接班，磨合中", "职业经理人管理，制度完善")),
        "staff_quality": rng.choice(("采购人员专业", "业务人员流动大", "设备人员技术好，沟通顺畅", "一般")),
        "competitor_relation": rng.choice(("同时使用两家竞争品牌", "曾用进口品牌，现逐步替换", "与竞争对手有股权关系，须留意", "暂无固定供应商", "我方为独家供应")),
        "attitude_to_us": rng.choice(("关系良好，愿意介绍新客户", "正常往来", "认可产品，对交期有意见", "近期因售后问题略有不满", "高层互访，关系密切")),
        "problems": rng.choice(("交期偏紧，多次临时改期", "开票资料变更频繁", "样品测试周期长", "付款审批环节多", "")),
        "advantages": rng.choice(("备件库存就近，响应快", "技术方案贴合工况", "价格有竞争力", "长期服务形成信任")),
        "countermeasures": rng.choice(("签订年度框架协议，按季滚动预测", "安排技术人员驻厂一周", "每季度高层回访", "设专人跟单", "")),
        "reputation": rng.choice(("当地口碑好", "行业内知名度高", "信誉一般", "有环保处罚记录，已整改")),
        "credit_problems": rng.choice(("无", "无", "无", "去年有一笔逾期两个月，已结清", "曾要求延长账期，未同意", "两年前有商业承兑汇票延期")),
    }  # fmt: skip
    keep = party.richness
    return {name: text for name, text in texts.items() if text and rng.random() < keep}
