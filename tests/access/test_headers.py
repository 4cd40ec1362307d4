"""Browser defences on errors (``test_matrix`` looks at every address, for everybody); cookies and checks of a production."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.access.defended import defended
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]


def test_errors_are_defended_too(cast: Cast, settings: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.archivist)
    strict = Client(enforce_csrf_checks=True)
    answers = [
        client.get("/nowhere/"), client.get(reverse("access:event-list")), client.post("/me/", {"language": "xx"}),
        strict.post("/sign-in/", {"username": "x", "password": "y"}), Client().get("/me/"), client.put("/sign-out/"),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} >= {404, 403, 422, 302, 405}
    for answer in answers:
        assert defended(answer) == [], answer.status_code


PROBE = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
import kedang.project.settings
import django
django.setup()
import kedang.project.checks
from django.conf import settings
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING", verbosity=0)
print(json.dumps({"session": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME, "hsts": settings.SECURE_HSTS_SECONDS,
    "secure": settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE, "path": settings.SESSION_COOKIE_PATH,
    "domain": settings.SESSION_COOKIE_DOMAIN, "redirect": settings.SECURE_SSL_REDIRECT}))
"""


def production(tmp_path: Path, program: str, **extra: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("KEDANG_", "DJANGO_", "PYTEST"))}
    environment = {
        **kept, "KEDANG_DATA_DIR": str(tmp_path), "KEDANG_PRODUCTION": "true", "KEDANG_HTTPS": "true",
        "KEDANG_CLAMD": "/run/clamav/clamd.ctl",
        "KEDANG_ALLOWED_HOSTS": "dossiers.example.com", **extra,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_deploy_check_is_clean_and_cookies_are_bound(tmp_path: Path) -> None:
    import json

    done = production(tmp_path, PROBE)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["session"].startswith("__Host-")
    assert found["csrf"].startswith("__Host-")
    assert (found["secure"], found["path"], found["domain"], found["redirect"]) == (True, "/", None, True)
    assert found["hsts"] >= 31_536_000


def test_unsafe_production_does_not_start_and_takes_no_demo(tmp_path: Path) -> None:
    done = production(tmp_path, PROBE, KEDANG_HTTPS="false")
    assert done.returncode != 0
    assert "KEDANG_HTTPS" in done.stderr
    command = 'import sys; from kedang.project.cli import main; sys.exit(main(["setup", "--demo", "--json"]))'
    refused = production(tmp_path, command)
    assert (refused.returncode, "demo_in_production" in refused.stdout) == (1, True)
    assert not list(tmp_path.glob("*.sqlite3"))


def test_demo_accounts_stand_at_the_door_in_demo_mode_only(cast: Cast, settings: Any) -> None:
    assert settings.DEMO_PASSWORD not in Client().get("/sign-in/").text, "a real company: nothing is shown"
    type(cast.fonds).objects.update(is_demo=True)
    assert settings.DEMO_PASSWORD in Client().get("/sign-in/").text
    settings.PRODUCTION = True
    page = Client().get("/sign-in/").text
    assert settings.DEMO_PASSWORD not in page
    assert "演示账号" not in page
    from kedang.foundation.access.demo import refuse_demo_in_production
    from kedang.foundation.kernel.refused import Refused

    with pytest.raises(Refused, match="拒绝启动"):
        refuse_demo_in_production()


def test_fresh_installation_has_no_account(db: None) -> None:
    from kedang.foundation.access.models import Person
    from kedang.foundation.access.roles import ensure_builtin_roles

    ensure_builtin_roles()
    assert not Person.objects.exists()
    assert Client().get("/sign-in/").headers["Location"] == "/first-run/"
