"""Company names: parts, keys, likeness with its reason."""

import time

import pytest

from kedang.business.customers.naming import name_key, similarity, split_name
from kedang.foundation.kernel.names import DIFFERENT, RELATED, SAME, SUSPECT, same_person


@pytest.mark.parametrize(
    ("name", "region", "brand", "trade", "form", "branch"),
    [
        ("深圳市华为技术有限公司", "深圳", "华为", "技术", "有限公司", ""),
        ("华为技术（北京）有限公司", "北京", "华为", "技术", "有限公司", ""),
        ("中国移动通信集团江苏有限公司", "江苏", "移动通信集团", "", "有限公司", ""),
        ("中国银行股份有限公司韶关分行", "中国", "银行", "", "股份有限公司", "韶关分行"),
        ("广东省第八建筑工程公司钢窗厂", "广东", "第八", "建筑工程", "公司", "钢窗厂"),
        ("内蒙古伊利实业集团股份有限公司", "内蒙古", "伊利", "实业", "集团股份有限公司", ""),
        ("东方电子股份有限公司", "", "东方", "电子", "股份有限公司", ""),
    ],
)
def test_anatomy(name: str, region: str, brand: str, trade: str, form: str, branch: str) -> None:
    parts = split_name(name)
    assert (parts.region, parts.brand, parts.trade, parts.form, parts.branch) == (region, brand, trade, form, branch)


@pytest.mark.parametrize(
    "names",
    [
        (
            "深圳市华为技术有限公司",
            "华为技术有限公司",
            "華為技術有限公司",
            "华为技术（深圳）有限责任公司",
            "华为技术(深圳)有限公司",
        ),
        ("中山市调节阀厂有限公司", "中山调节阀厂有限公司", "广东中山调节阀厂有限公司"),
    ],
)
def test_spellings_of_one_company_share_a_key(names: tuple[str, ...]) -> None:
    assert len({name_key(name) for name in names}) == 1


def test_keys_keep_branches_and_counties_apart() -> None:
    assert name_key("中国银行股份有限公司韶关分行") != name_key("中国银行股份有限公司汕头分行")
    assert name_key("达县自来水公司") != name_key("渠县自来水公司")
    assert len(name_key("长" * 200)) <= 80


@pytest.mark.parametrize(
    ("one", "two", "verdict", "word"),
    [
        ("中国移动通信集团江苏有限公司", "中国移动通信集团浙江有限公司", DIFFERENT, "地区不同：“江苏”与“浙江”"),
        ("深圳市华为技术有限公司", "华为技术有限公司", SUSPECT, "只有一方写明地区“深圳”"),
        ("华為技術（深圳）有限公司", "华为技术(深圳)有限公司", SAME, "繁简"),
        ("华为技术（深圳）有限公司", "深圳华为技术有限公司", SAME, "字号和行业相同"),
        ("中国银行股份有限公司韶关分行", "中国银行股份有限公司", RELATED, "分支机构“韶关分行”"),
        ("中国银行股份有限公司韶关分行", "中国银行股份有限公司汕头分行", RELATED, "不同分支机构"),
        ("上海云图星科技有限公司", "上海云图新科技有限公司", DIFFERENT, "字号不同"),
        ("恒通物业管理有限公司", "恒通物业有限公司", SUSPECT, "行业写法不同"),
        ("广东恒通贸易有限公司", "深圳恒通贸易有限公司", SUSPECT, "地区一粗一细"),
        ("武汉恒通贸易有限公司", "深圳恒通贸易有限公司", DIFFERENT, "地区不同"),
    ],
)
def test_likeness(one: str, two: str, verdict: str, word: str) -> None:
    likeness = similarity(one, two)
    assert likeness.verdict == verdict, likeness
    assert word in likeness.sentence
    assert similarity(two, one).verdict == verdict
    assert 0 <= likeness.score <= 100


def test_persons() -> None:
    assert same_person("张三", "张 三", documents=("x", "x")).verdict == SAME
    assert same_person("张三", "张山", documents=("x", "x")).verdict == SUSPECT
    assert same_person("张三", "张三", documents=("x", "y"), phones=("1", "1")).verdict == DIFFERENT
    assert same_person("张三", "张三", phones=("1", "1")).verdict == SUSPECT
    assert same_person("张三", "李四", phones=("1", "1")).verdict == DIFFERENT
    assert same_person("张三", "张三").verdict == DIFFERENT


def test_a_key_is_cheap() -> None:
    names = [f"杭州市西湖区恒{chr(0x4E00 + n)}达环保科技有限公司第{n}分公司" for n in range(2000)]
    name_key(names[0])
    start = time.process_time()
    for name in names:
        name_key(name)
    assert (time.process_time() - start) / len(names) < 60e-6
