"""Long work of the trail that somebody asks for. The rooms above fill in how it is queued and what a reader may see."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from kedang.foundation.audit.exporting.bundle import Withhold
from kedang.foundation.kernel.actors import Actor

handler: Callable[[Actor, str, dict[str, Any]], int] | None = None
"""Hands in work of a kind and gives its number; filled by the jobs room."""
withholder: Callable[[Actor], Withhold] | None = None
"""What a person's bundle must leave out; filled by the room of rights."""


def ask(actor: Actor, kind: str, **args: Any) -> int:
    """Hand in ``audit.verify`` or ``audit.bundle``; the number of the job."""
    if handler is None:
        raise LookupError("no room does the trail's work")
    return handler(actor, kind, args)


def withholding(actor: Actor) -> Withhold | None:
    """What must stay out of a bundle that this actor takes away; machines take all."""
    return withholder(actor) if withholder is not None and not actor.is_system else None


def bundle_folder(actor: Actor, job: int) -> Path:
    """Where the bundle of a job is put together; what an interrupted run left there is cleared away."""
    folder = _folder(actor, job)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def bundle_file(actor: Actor, job: int) -> Path:
    """The packed bundle of a job that this actor asked for; nobody else's has this name."""
    return _folder(actor, job).with_suffix(".zip")


def _folder(actor: Actor, job: int) -> Path:
    return Path(settings.DATA_DIR) / "bundles" / f"kedang-audit-{job}-{actor.id or 0}"


def pack(folder: Path) -> Path:
    """One file to carry away; the folder goes."""
    target = folder.with_suffix(".zip")
    draft = folder.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{folder.name}/{path.name}")
    draft.replace(target)
    shutil.rmtree(folder)
    return target
