"""What an input says when something is wrong: which one and what to do, never the framework's general words."""

from django import forms

from kedang.foundation.web.records import style

WRONG = {
    "name": ("", "请填写“名称”。"), "part": ("", "请填写“占比 %”。"), "day": ("明天", "“日期”不是有效的日期，请写成 2026-11-22 这样。"),
    "at": ("九点", "“时间”不是有效的时间，请写成 2026-11-22 18:00 这样。"), "count": ("两", "“份数”须是整数。"), "most": ("100", "“上限 %”不能大于 99。"),
    "kind": ("x", "“种类”没有这个选项，请重新选择。"), "long": ("很长的话", "“说明”最多 3 个字，请写短一些。"), "own": ("", "请写明理由。"),
    "mail": ("a@", "“邮箱”不是有效的邮箱，请写成 name@example.com 这样。"), "yes": ("", "请勾选“同意”。"), "pick": ("", "请选择“人员”。"),
}  # fmt: skip


class Odd(forms.Form):
    name = forms.CharField(label="名称")
    part = forms.CharField(label="占比 %")
    day = forms.DateField(label="日期")
    at = forms.DateTimeField(label="时间")
    count = forms.IntegerField(label="份数")
    most = forms.IntegerField(label="上限 %", max_value=99)
    kind = forms.ChoiceField(label="种类", choices=[("a", "甲")])
    long = forms.CharField(label="说明", max_length=3)
    own = forms.CharField(label="理由", error_messages={"required": "请写明理由。"})
    mail = forms.EmailField(label="邮箱")
    yes = forms.BooleanField(label="同意")
    pick = forms.ChoiceField(label="人员", choices=[("", "请选择"), ("a", "甲")])

    def __init__(self, data: dict[str, str]) -> None:
        super().__init__(data)
        for field in self.fields.values():
            style(field)


def test_every_input_says_which_one_and_what_to_do() -> None:
    form = Odd({name: typed for name, (typed, _told) in WRONG.items()})
    assert {name: list(errors) for name, errors in form.errors.items()} == {
        name: [told] for name, (_typed, told) in WRONG.items()
    }
