"""Acts on prints of one volume and on the settings of printing: several printers, a settings page that is open twice."""

from typing import Any

from kedang.business.holdings.models import PrintedSheet, PrintSettings
from kedang.business.holdings.services.sheets import Printed, print_settings_change, sheet_keep
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.holdings.standing import closed_volumes
from tests.races.acts import Act, Ground, Group, told


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def a_volume_to_print(cast: Cast, number: int) -> Ground:
    """A closed volume and the settings as they stand."""
    volume = closed_volumes(cast.fonds, 1, department=cast.sales_one)[0]
    settings = print_settings_change(actor=cast.archivist, values={"label_margin_top": 10 + number % 3})
    code = f"R{clock.now():%d%H%M%S%f}"
    return Ground(cast, number, volume, {"code": code, "version": settings.version}, [settings] if settings.pk else [])


def keep(ground: Ground, client: int, kind: str = "pdf") -> PrintedSheet:
    lines = [(f"item:{n}", [str(n), f"第 {client} 人"]) for n in range(5)]
    printed = Printed(
        "contents", "卷内文件目录", f"{ground.more['code']}{client:02d}", f"{client:064d}", lines, ground.cast.fonds.pk, ground.on,
        file_kind=kind, rows_out=5,
    )  # fmt: skip
    return sheet_keep(actor=who(ground), printed=printed, purpose="装盒")


def told_once(ground: Ground) -> list[str]:
    """Each sheet has its entry with its code and lines; the settings are one row."""
    sheets = list(PrintedSheet.objects.filter(volume=ground.on))
    events = Event.objects.filter(
        subject_type="holdings.volume", subject_id=ground.on.pk, code="holdings.sheet_printed"
    )
    codes = sorted(sheet.code for sheet in sheets)
    metas = [event.meta for event in events]
    found = [] if len(metas) == len(codes) else [f"{len(codes)} sheets, {len(metas)} entries"]
    found += [
        f"sheet {code[-2:]} without its entry" for code in codes if not any(f'"{code}"' in meta for meta in metas)
    ]
    rows = PrintSettings.objects.filter(fonds=ground.cast.fonds).count()
    return found if rows <= 1 else [*found, f"{rows} rows of settings"]


PRINTS = Group(
    "prints", a_volume_to_print,
    (
        Act("sheet_keep", keep),
        Act("sheet_keep as a workbook", lambda g, n: keep(g, n, "xlsx")),
        Act(
            "print_settings_change",
            lambda g, n: print_settings_change(
                actor=who(g), values={"label_margin_top": 14 + n % 4}, version=settings_version(g)
            ),
            once=True, told=told("stale_version"),
        ),
        Act(
            "print_settings_change of the rows",
            lambda g, n: print_settings_change(actor=who(g), values={"label_rows": 6 + n % 3}), quiet=True,
        ),
    ),
    told_once,
)  # fmt: skip


def settings_version(ground: Ground) -> int:
    """What the page showed when it was opened."""
    return int(ground.more["version"])
