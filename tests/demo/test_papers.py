"""Papers of the demo: forty at most, chosen by the title, the same each time, readable by what reads files."""

from types import SimpleNamespace

import pytest

from kedang.foundation.files.reading.confined import Confined
from kedang.project.demo.holdings.papers import every_paper, paper, paper_for


@pytest.mark.parametrize(
    ("title", "start", "ending"),
    [("设备采购合同", b"%PDF", "pdf"), ("营业执照副本", b"", ""), ("交货台账", b"PK", "xlsx"), ("现场照片", b"\xff\xd8", "jpg"), ("别的", b"%PDF", "pdf")],
)  # fmt: skip
def test_the_title_chooses_the_paper(title: str, start: bytes, ending: str) -> None:
    content, name = paper_for(SimpleNamespace(title=title))
    assert content.startswith(start) and name.startswith(title) and name.endswith(ending)
    assert paper_for(SimpleNamespace(title=title))[0] is content


def test_there_are_forty_and_their_words_can_be_taken_out() -> None:
    assert len(every_paper()) == len(set(every_paper())) == 40
    content, _ending = paper("contract", 0)
    with Confined("text") as process:
        pages = [head["text"] for head, _body in process.ask({}, content, len(content)) if "text" in head]
    assert any("违约责任" in page for page in pages)


def test_names_of_files_are_names() -> None:
    assert (
        paper_for(SimpleNamespace(title='关于 a/b:"c" 的函' + "长" * 200))[1] == "关于_a_b_c_的函" + "长" * 109 + ".pdf"
    )
