"""The locks agree with what is asked for, and name no place to fetch from."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;\\]+)", re.MULTILINE)
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-ocr.lock")


def pins(text: str) -> dict[str, str]:
    return {re.sub(r"[._]", "-", name).lower(): version for name, version in PIN.findall(text)}


def locked(name: str) -> dict[str, str]:
    return pins((ROOT / name).read_text())


def test_every_direct_package_is_locked_as_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    run, test = locked(LOCKS[0]), locked(LOCKS[1])
    wanted = pins("\n".join(project["dependencies"]))
    assert len(wanted) == len(project["dependencies"]), "every dependency is pinned with =="
    assert wanted.items() <= run.items()
    assert pins("\n".join(project["optional-dependencies"]["test"])).items() <= test.items()
    assert pins("\n".join(project["optional-dependencies"]["ocr"])).items() <= locked(LOCKS[2]).items()


def test_what_is_tested_is_what_runs() -> None:
    assert locked(LOCKS[0]).items() <= locked(LOCKS[1]).items()
    assert locked(LOCKS[0]).items() <= locked(LOCKS[2]).items()


def test_every_locked_package_has_digests_and_no_address() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text()
        assert "://" not in text and "--index" not in text and "--find-links" not in text
        for block in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_front_end_packages_are_locked_by_digest_alone() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("resolved" not in entry and entry["integrity"].startswith("sha512-") for entry in packages.values())
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert wanted == {name: packages[f"node_modules/{name}"]["version"] for name in wanted}
