"""Third step: what the cleaning rules propose, what becomes of every row, and handing the batch in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kedang.business.intake.cleaning import RULES
from kedang.business.intake.cleaning.rules import rules_for
from kedang.business.intake.models import ImportBatch
from kedang.business.intake.pipeline.targets import target_of
from kedang.business.intake.services import batch_commit, batch_map, batch_stage, rows_page
from kedang.business.intake.views.batch import TONES, BatchPage, outcome_labels
from kedang.business.intake.views.showing import label_of, shown_row, veil_of
from kedang.foundation.access.typed import veil_typed
from kedang.foundation.kernel.refused import NotAllowed, Refused

SIZES = (20, 50, 100)


def settle(page: BatchPage, **changes: Any) -> None:
    """The same mapping with something changed, and the check anew."""
    batch = page.batch
    given: dict[str, Any] = {
        "mapping": batch.column_fields,
        "rules_off": [rule if isinstance(rule, str) else (rule[0], rule[1]) for rule in batch.rules_off],
        "on_duplicate": batch.on_duplicate,
        "responsible_id": batch.responsible_id,
        "department_id": batch.department_id,
        **changes,
    }
    batch_map(actor=page.actor, batch_id=batch.pk, **given)
    batch_stage(actor=page.actor, batch_id=batch.pk)


class _Act(BatchPage):
    """A POST that leads back to the batch, with the sentence where it was refused."""

    http_method_names = ["post"]

    def act(self, request: HttpRequest) -> None:
        """What is done."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            self.act(request)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(self.url("detail"))


class Duplicates(_Act):
    """Another choice for customers that are there already; the rows are compared anew."""

    def act(self, request: HttpRequest) -> None:
        settle(self, on_duplicate=request.POST.get("on_duplicate", ""))


class Check(_Act):
    """Check the file once more as it is mapped."""

    def act(self, request: HttpRequest) -> None:
        batch_stage(actor=self.actor, batch_id=self.batch.pk)


class Commit(_Act):
    """Hand the batch in, or go on with a stopped one."""

    def act(self, request: HttpRequest) -> None:
        batch_commit(actor=self.actor, batch_id=self.batch.pk)


class Rules(BatchPage):
    """The cleaning rules per column: how often, before and after, on or off."""

    step = 3
    template_name = "intake/rules.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        columns = self.columns()
        return self.draw(**self.frame("rules"), columns=columns, may_change=self.batch.state == "staged")

    def columns(self) -> list[dict[str, Any]]:
        """Every mapped column with the rules that did something or are switched off."""
        batch = self.batch
        tally = batch.options.get("tally", {})
        off = _off_of(batch)
        target = target_of(batch.target)
        veil = veil_of(self.actor, batch)
        columns = []
        for column, name in sorted(batch.column_fields.items()):
            field = target.get(name)
            if field is None:
                continue
            codes = [rule.code for rule in rules_for(field.type)]
            codes += [key.partition(":")[2] for key in tally if key.startswith(f"{column}:")]
            lines = []
            for code in dict.fromkeys(codes):
                entry = tally.get(f"{column}:{code}", {})
                is_off = (column, code) in off
                if not entry and not is_off:
                    continue
                samples = [
                    (line, veil(column, before), veil(column, after))
                    for line, before, after in entry.get("samples", [])
                ]
                lines.append(
                    {
                        "rule": RULES[code],
                        "count": entry.get("count", 0),
                        "samples": samples[:3],
                        "is_off": is_off,
                        "key": f"{column}:{code}",
                    }
                )
            if lines:
                columns.append({"heading": batch.headings[column], "label": label_of(field), "rules": lines})
        return columns

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Switch rules and check anew; rules that are not on the page keep their switch."""
        shown = [key for key in request.POST.getlist("shown") if ":" in key]
        on = set(request.POST.getlist("on"))
        off = {pair for pair in _off_of(self.batch) if f"{pair[0]}:{pair[1]}" not in shown}
        for key in shown:
            column, _colon, code = key.partition(":")
            if key not in on and column.isdecimal() and code in RULES:
                off.add((int(column), code))
        try:
            settle(self, rules_off=sorted(off))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return HttpResponseRedirect(self.url("detail"))


def _off_of(batch: ImportBatch) -> set[tuple[int, str]]:
    return {
        (column, rule if isinstance(rule, str) else rule[1])
        for rule in batch.rules_off
        for column in (batch.column_fields if isinstance(rule, str) else [rule[0]])
    }


class Rows(BatchPage):
    """The rows by outcome, page by page, with what was cleaned and why something is not taken."""

    template_name = "intake/rows.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        labels = outcome_labels()
        asked = request.GET.get("outcome", "")
        outcome = asked if asked in labels else ""
        number, size = request.GET.get("page", "1"), request.GET.get("size", "20")
        wanted = int(size) if size.isdecimal() and int(size) in SIZES else SIZES[0]
        at = max(1, int(number)) if number.isdecimal() and len(number) < 9 else 1
        total = self.counts.get(outcome or "rows", 0)
        at = min(at, max(1, -(-total // wanted)))
        page = rows_page(actor=self.actor, batch_id=self.batch.pk, outcome=outcome, page=at, size=wanted)
        veil = veil_of(self.actor, self.batch)
        lines = [shown_row(self.batch, row, veil, labels, self.veil_sentence) for row in page.rows]
        for line in lines:
            line["tone"] = TONES.get(line["outcome"], "plain")
        return self.draw(
            **self.frame(outcome or "all"),
            lines=lines,
            page=_pager(at, wanted, page.total),
            list_url=self.url("rows"),
            pager_query=f"?outcome={outcome}",
            outcome=outcome,
            outcome_label=labels.get(outcome, _("全部行")),
        )

    def veil_sentence(self, sentence: str) -> str:
        """A reason as the actor may read it: it repeats what stood in the cell."""
        return veil_typed(self.actor, sentence, self.batch.actor_id)


def _pager(number: int, size: int, total: int) -> dict[str, Any]:
    last = max(1, -(-total // size))
    near = sorted({1, 2, last - 1, last, *range(number - 2, number + 3)} & set(range(1, last + 1)))
    numbers: list[int | None] = []
    for before, here in zip([0, *near], near, strict=False):
        numbers += [None, here] if here - before > 1 else [here]
    return {
        "number": number, "size": size, "total": total, "is_exact": True, "has_next": number < last, "numbers": numbers,
        "sizes": SIZES,
    }  # fmt: skip
