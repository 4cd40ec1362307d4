"""Editor of number rules with a live preview, and the ledger behind it."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.numbering.models import NumberEntry, NumberRule, NumberSeries
from kedang.foundation.numbering.services import number_rule_change, rule_for, template_parts
from kedang.foundation.numbering.subjects import NumberSubject, subject_of, subjects
from kedang.foundation.web.pages import Page

WORDS = (
    ("{code}", gettext_lazy("类型代码")), ("{year}", gettext_lazy("四位年份")), ("{yy}", gettext_lazy("两位年份")),
    ("{month}", gettext_lazy("两位月份")), ("{serial}", gettext_lazy("流水号，必须有")),
)  # fmt: skip
MOST_SERIES = 8
MOST_ENTRIES = 4


class RulePage(Page):
    """What editor and preview share: the rule of the address and what was typed."""

    action = "numbering.manage"

    def subject(self) -> NumberSubject:
        """Kind of record of the address; the first where it names none."""
        known = subjects()
        found = subject_of(self.request.GET.get("of", "")) or (known[0] if known else None)
        if found is None:
            raise OutOfScope
        return found

    def rule(self) -> NumberRule:
        """Its rule in the actor's company."""
        return rule_for(self.actor.fonds_id, self.subject().key)

    def typed(self) -> dict[str, Any]:
        """Rule as typed."""
        post = self.request.POST
        width = post.get("serial_width", "").strip()
        codes = {value: post.get(f"code-{value}", "").strip().upper() for value, _label in self.subject().types}
        return {
            "template": post.get("template", "").strip(), "serial_width": int(width) if width.isdecimal() else 0,
            "codes": {value: code for value, code in codes.items() if code},
        }  # fmt: skip

    def examples(self, rule: dict[str, Any]) -> list[dict[str, Any]]:
        """The next number of every type under a rule that may not be saved yet."""
        subject, today = self.subject(), clock.today()
        last = {
            (row.prefix, row.suffix): row.last for row in NumberSeries.objects.filter(fonds_id=self.actor.fonds_id, key=subject.key)
        }  # fmt: skip
        lines = []
        for value, label in subject.types:
            code = rule["codes"].get(value) or subject.codes.get(value, "")
            prefix, suffix = template_parts(rule["template"], code=code, day=today)
            used = last.get((prefix, suffix), 0)
            lines.append({"label": label, "used": used, "next": f"{prefix}{used + 1:0{rule['serial_width']}d}{suffix}"})
        return lines


class RuleEditor(RulePage):
    """The page."""

    template_name = "numbering/rule.html"
    title = gettext_lazy("编号规则")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The rule, its preview, its ledger."""
        rule = self.rule()
        given = {"template": rule.template, "serial_width": rule.serial_width, "codes": rule.codes}
        return self.show(rule, given, self.examples(given))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change the rule."""
        rule, typed = self.rule(), self.typed()
        try:
            number_rule_change(actor=self.actor, rule=rule, **typed)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(rule, typed, [], problem=refusal)
        messages.success(request, _("编号规则已保存，从下一个编号起生效；已发出的编号不变。"))
        return HttpResponseRedirect(request.get_full_path())

    def show(
        self, rule: NumberRule, given: dict[str, Any], examples: list[Any], problem: Refused | None = None
    ) -> HttpResponse:
        """Draw it."""
        subject = self.subject()
        types = [
            {
                "value": value,
                "label": label,
                "code": given["codes"].get(value, ""),
                "shipped": subject.codes.get(value, ""),
            }
            for value, label in subject.types
        ]
        entries = Prefetch("entries", NumberEntry.objects.order_by("-at", "-id"))
        series = (
            NumberSeries.objects.filter(fonds_id=self.actor.fonds_id, key=subject.key)
            .order_by("-id")
            .prefetch_related(entries)
        )
        ledger = [(row, list(row.entries.all())[:MOST_ENTRIES]) for row in series[:MOST_SERIES]]
        return self.draw(
            rule=rule, given=given, types=types, words=WORDS, examples=examples, problem=problem, subject=subject, ledger=ledger,
            lead=subject.note, status=422 if problem else 200,
        )  # fmt: skip


class RulePreview(RulePage):
    """POST: the next numbers under what is being typed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """The region."""
        typed = self.typed()
        problem, examples = None, []
        try:
            if not 1 <= typed["serial_width"] <= 12:
                raise Refused("serial_width_invalid", _("流水号位数应在 1 到 12 之间。"), "serial_width")
            examples = self.examples(typed)
        except Refused as refusal:
            problem = refusal
        return self.draw_part("numbering/preview.html", examples=examples, problem=problem)
