"""Searching as an act: the trail, the command, suggestions while typing."""

import json
from typing import Any

import pytest

from kedang.business.customers.models import Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.search import index
from kedang.foundation.search.services import search_run, suggest
from kedang.project import cli
from tests.search.library import Known, scan


def test_a_search_is_written_down_with_its_text_and_number_of_hits(library: dict[int, Known], cast: Any) -> None:
    result = search_run(actor=cast.archivist, kind="customer", text="中山　阀門", page=2, page_size=5)
    event = Event.objects.latest("id")
    assert (event.code, event.category, event.actor_id) == ("search.done", "search", cast.archivist.pk)
    meta = json.loads(event.meta) if isinstance(event.meta, str) else event.meta
    assert meta == {
        "kind": "customer", "text": "中山　阀門", "total": result.total, "is_capped": False, "page": 2, "shown": len(result.hits),
    }  # fmt: skip
    assert result.total == len(scan(library, "中山 阀门"))


def test_suggestions_are_few_and_leave_no_trail(library: dict[int, Known], cast: Any) -> None:
    before = Event.objects.count()
    result = suggest(actor=cast.archivist, kind="customer", text="中山市", limit=5)
    assert len(result.hits) == 5 and result.is_capped and Event.objects.count() == before
    assert suggest(actor=cast.stranger, kind="customer", text="中山市").hits == ()


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and the one JSON object."""
    status = cli.main(["search", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_the_command_answers_in_the_promised_form(
    library: dict[int, Known], cast: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    status, answer = command(capsys, "調節閥", "--as", cast.archivist.username, "--limit", "3")
    assert status == 0 and answer["total"] == len(scan(library, "调节阀")) and len(answer["hits"]) == 3
    assert set(answer) == {"total", "is_capped", "took_ms", "hits"} and answer["took_ms"] > 0
    hit = answer["hits"][0]
    row = Customer.objects.get(number=hit["number"])
    assert hit == {"number": row.number, "name": row.name, "kind": "企业", "why": hit["why"]} and "名称" in hit["why"]
    assert Event.objects.latest("id").channel == "command"


def test_the_command_shows_each_person_his_own(
    library: dict[int, Known], cast: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    totals = {
        name: command(capsys, "公司", "--as", getattr(cast, name).username)[1]["total"]
        for name in ("archivist", "salesperson", "stranger", "auditor")
    }
    everything = scan(library, "公司")
    own = set(Customer.objects.filter(responsible=cast.salesperson).values_list("pk", flat=True))
    assert totals == {
        "archivist": len(everything),
        "salesperson": len(everything & own),
        "stranger": 0,
        "auditor": totals["auditor"],
    }
    assert command(capsys, "公司")[1]["total"] == len(everything)


@pytest.mark.parametrize(
    ("arguments", "said"), [(("。 ·",), "请输入要检索的文字"), (("公司", "--as", "nobody"), "没有可用的用户")]
)
def test_the_command_refuses_in_a_sentence(
    library: dict[int, Known], capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    status, answer = command(capsys, *arguments)
    assert status == 1 and said in answer["error"]


def test_the_measurement_finds_nothing_wrong(library: dict[int, Known], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "search", "--each", "2", "--no-http", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["wrong"] == [] and answer["compared"] > 10 and answer["customers"] == len(library)
    assert {"first", "raw_like", "raw_index", "ratio_like", "ratio_index"} <= set(answer["chars_2_common"])


def test_the_index_can_be_built_anew_from_the_command_line(
    library: dict[int, Known], capsys: pytest.CaptureFixture[str]
) -> None:
    index.remove("customer", library)
    assert command(capsys, "公司")[1]["total"] == 0
    assert cli.main(["reindex", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["documents"]["customer"] == len(library)
    assert command(capsys, "公司")[1]["total"] == len(scan(library, "公司"))
