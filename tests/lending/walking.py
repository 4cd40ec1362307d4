"""What the quarter's journey brings along: a small company in an installation of its own, whose clock the story moves, and what the base
says at the end.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.cast import PASSWORD
from tests.holdings.walking import asked
from tests.journey import KEDANG, ROOT, Site, _wait_for, free_port

ZONE = ZoneInfo("Asia/Shanghai")
SCENE = """
from kedang.business.holdings.models import ItemFile
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.access.models import Grant, Role
from kedang.foundation.access.signin.policy import shipped_policy
from kedang.foundation.approvals.services.flows import ensure_flows
from tests.cast import _made_anew, make_person
from tests.files.papers import pdf_of, stored
from tests.lending.making import paper_in, shelved
cast = _made_anew()
policy = shipped_policy(cast.fonds)
policy.factor_roles = []
policy.save()
ensure_defaults(cast.fonds)
ensure_flows(cast.fonds)
make_person(cast.fonds, "bailu", "白露", "security_admin", cast.head_office)
reading = Role.objects.get(code="reader")
Grant(person=cast.salesperson, role=reading, scope="department", scope_value=str(cast.service.pk)).save()
first, second = shelved(cast, 2, department=cast.service, responsible=cast.colleague, page_count=8)
papers = [paper_in(first, title, department=cast.service, pages=3) for title in ("供货合同", "价格底线")]
lent = paper_in(second, "验收单", department=cast.service, pages=8)
for n, item in enumerate(papers):
    file = stored(cast.archivist, f"{item.title}.pdf", pdf_of((f"第一页 {n}", "第二页", "第三页")))
    ItemFile.objects.create(item=item, file=file, added_at=item.created_at)
print(json.dumps({
    "papers": [one.pk for one in papers], "volume": [first.pk, first.reference_code], "lent": [second.pk, second.reference_code],
    "files": list(ItemFile.objects.order_by("pk").values_list("pk", "file_id")), "service": cast.service.pk, "reading": reading.pk,
    "me": cast.salesperson.pk,
}))
"""
MORNING = """
from kedang.business.governance.alerts.following import alerts_run
from kedang.business.lending.models import Loan
from kedang.business.lending.services.reminding import daily
print(json.dumps({"told": daily(), "looked": alerts_run(), "rungs": list(Loan.objects.order_by("pk").values_list("rung", flat=True))}))
"""
TOLD = """
from kedang.business.governance.models import Alert, RightsRequest
from kedang.business.holdings.models import Finding, Volume, VolumeNote
from kedang.business.lending.models import Loan, UseRequest
from kedang.business.retention.models import Hold
from kedang.foundation.access.models import Grant, RecordGrant
from kedang.foundation.approvals.models import Case
from kedang.foundation.audit.models import Event
loan = Loan.objects.order_by("pk").first()
print(json.dumps({
    "cases": list(Case.objects.order_by("pk").values_list("kind", "state")),
    "lines": list(Case.objects.order_by("pk").first().lines.order_by("position").values_list("is_granted", flat=True)),
    "loan": [loan.state, loan.issued_pages, loan.returned_pages, loan.rung],
    "notes": list(VolumeNote.objects.values_list("kind", flat=True)),
    "finding": list(Finding.objects.values_list("source", "state")), "hold": list(Hold.objects.values_list("state", flat=True)),
    "rights": [bool(one.carried_out_at) for one in RightsRequest.objects.all()], "alerts": sorted(set(Alert.objects.values_list("rule",
    flat=True))),
    "used": [row.used for row in RecordGrant.objects.exclude(used={})],
    "events": sorted(set(Event.objects.values_list("code", flat=True))),
}))
"""


class House:
    """The installation, its clock, and a page for each person."""

    def __init__(self, site: Site, open_page: Any) -> None:
        self.site, self._open, self._pages = site, open_page, {}
        self.known: dict[str, Any] = {}

    def at(self, day: int, hour: int = 9) -> None:
        """It is so many days after the beginning of the story."""
        then = datetime(2026, 8, 24, hour, tzinfo=ZONE).timestamp() + day * 86_400
        path = Path(self.site.environment["KEDANG_TEST_CLOCK"])
        path.with_suffix(".new").write_text(str(then - time.time()))
        path.with_suffix(".new").replace(path)

    def ask(self, script: str, *arguments: str) -> Any:
        """What a script says of the installation at the time of the story."""
        return asked(self.site.environment, script, *arguments)

    def page(self, username: str, *, phone: bool = False) -> Any:
        """The page of a person, who signs in where they are asked to."""
        page = self._pages.get(username)
        if page is None:
            size = {"width": 390, "height": 844} if phone else {"width": 1366, "height": 900}
            page = self._pages[username] = self._open(**size)
        page.goto(f"{self.site.url}/")
        if "/sign-in/" in page.url:
            page.fill("input[name=username]", username)
            page.fill("input[name=password]", PASSWORD)
            with page.expect_navigation(url=lambda url: "/sign-in/" not in url):
                page.press("input[name=password]", "Enter")
        return page


@contextmanager
def house(site: Site, folder: Path, open_page: Any) -> Iterator[House]:
    """A company of eleven, served on a port of its own, on the embedded base; the story begins on 24 August 2026."""
    port = free_port()
    inside = str(Path(__file__).parent / "inside")
    environment = {
        **site.environment, "KEDANG_DATA_DIR": str(folder / "data"), "KEDANG_DATABASE_URL": "", "PYTHONPATH": f"{inside}{os.pathsep}{ROOT}",
        "KEDANG_TEST_CLOCK": str(folder / "clock"),
    }  # fmt: skip
    made = House(Site(f"http://127.0.0.1:{port}", folder / "data", environment, folder / "log"), open_page)
    made.at(-1)
    done = made.site.kedang("setup", "--empty", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    made.known = made.ask(SCENE)
    command = [*KEDANG, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with made.site.log.open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_for(f"{made.site.url}/sign-in/", process, made.site.log)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
