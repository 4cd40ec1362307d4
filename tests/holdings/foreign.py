"""Validators that others wrote, each in a process of its own: ``bagit`` of the Library of Congress, ``eark-validator`` of the E-ARK
Foundation.

The latter fetches its word lists from the net when it starts, although they come along in its own package: here it is given those.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

DRIVER = """
import importlib.util, io, json, sys, urllib.request
from pathlib import Path
words = Path(importlib.util.find_spec("eark_validator").origin).parent / "ipxml" / "resources" / "vocabs"
urllib.request.urlopen = lambda address: io.BytesIO((words / address.rpartition("/")[2]).read_bytes())
from eark_validator.packages import PackageValidator
print(PackageValidator(Path(sys.argv[1])).validation_report.model_dump_json())
"""


def unpacked(package: Path, folder: Path) -> Path:
    """The one folder in a package."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    (root,) = folder.iterdir()
    return root


def bag_problems(bag: Path) -> str:
    """What the Library of Congress' tool says of a bag; empty when it is valid."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bagit", "--validate", bag], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def csip_report(package: Path) -> dict[str, Any]:
    """The report of the E-ARK validator: structure, METS schema, Schematron rules of CSIP 2.1."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DRIVER, package], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ValueError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def csip_problems(package: Path) -> list[str]:
    """Errors and warnings, as ``CSIP60 …``."""
    report = csip_report(package)
    lines = list(report["structure"]["messages"])
    metadata = report["metadata"] or {"schema_results": {"messages": []}, "schematron_results": {"messages": []}}
    for part in metadata.values():
        lines += part["messages"]
    told = [line for line in lines if str(line["severity"]).upper() not in {"INFO", "INFORMATION"}]
    status = [report["structure"]["status"]] if report["structure"]["status"] != "WellFormed" else []
    return status + [
        f"{line['severity']} {line['rule_id']} {line['location'][:160]} {line['message'][:200]}" for line in told
    ]
