"""Nothing starts with a key ring that is missing, damaged, or open to others; the sentence says what to do."""

from pathlib import Path

import pytest

from kedang.foundation.kernel import keys
from kedang.project.cli import main, serve


@pytest.fixture
def ring_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    monkeypatch.setenv("KEDANG_KEYRING_FILE", str(tmp_path / "keyring.json"))
    keys.use_ring(None)
    keys.ring()
    monkeypatch.setattr(keys, "create_ring_allowed", lambda: False)
    return tmp_path / "keyring.json"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("gone", "请放回原文件，不要新建"),
        ("open", "chmod 600"),
        ("cut", "已损坏"),
        ("altered", "已损坏或被改动"),
        ("newer", "请升级程序"),
    ],
)
def test_service_and_worker_refuse_to_start(
    ring_file: Path, trouble: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ring_file.read_text()
    if trouble == "gone":
        ring_file.unlink()
    elif trouble == "open":
        ring_file.chmod(0o644)
    elif trouble == "cut":
        ring_file.write_text(text[:-40])
    elif trouble == "altered":
        ring_file.write_text(text.replace('"purpose": "fields"', '"purpose": "trail"'))
    else:
        ring_file.write_text(text.replace("kedang-keyring/2", "kedang-keyring/9"))
    monkeypatch.setattr(serve, "_refuse_busy_port", lambda host, port: None)
    for command in (["serve", "--json"], ["worker", "--json"], ["keys", "status", "--json"]):
        if command[0] == "keys":
            keys.use_ring(None)
        assert main(command) == 1
        assert words in capsys.readouterr().out
    keys.use_ring(None)
