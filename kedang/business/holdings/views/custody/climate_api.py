"""温湿度 over HTTP: where devices and gateways bring readings as JSON, as often as they like; a moment counts once (CS-03)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.request import RawPostDataException
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import LocationKind
from kedang.business.holdings.models import Location
from kedang.business.holdings.services.climate import LIMITS, climate_add_many, moment
from kedang.business.holdings.views.custody.climate import limit_of
from kedang.foundation.access.policies import scope_q
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page

NAMES = ("read_at", "temperature", "humidity")


class ClimateReadings(Page):
    """GET: the limits, the latest reading and the token that a delivery needs. POST: readings; the answer says what counted."""

    action = "custody.keep"

    def room_of(self, key: int) -> Location:
        """The room, for who keeps it."""
        rooms = Location.objects.filter(scope_q(self.actor, "custody.keep", Location)).select_related("climate_limit")
        found = rooms.filter(pk=key, kind__in=(LocationKind.ROOM, LocationKind.STOREHOUSE)).first()
        if found is None:
            raise OutOfScope
        return found

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What a device has to know before it delivers."""
        room = self.room_of(pk)
        limit, last = limit_of(room), room.readings.order_by("-read_at").first()
        told = {"read_at": last.read_at.isoformat(), "is_out": last.is_out} if last is not None else None
        if last is not None and told is not None:
            told |= {"temperature": float(last.temperature), "humidity": float(last.humidity)}
        limits = {name: float(getattr(limit, name)) for name in LIMITS}
        return JsonResponse(
            {"room": room.label, "limits": limits, "latest": told, "token": get_token(request)},
            headers={"Cache-Control": "no-store"},
        )

    def post(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Take readings in; known moments are passed over, wrong lines are told one by one, the others count."""
        room = self.room_of(pk)
        try:
            given = json.loads(request.body)
            lines = [dict(one) for one in given["readings"]]
            source = str(given.get("source") or _("接口"))
        except (ValueError, TypeError, KeyError, AttributeError, RawPostDataException):
            told = _('上传的内容无法识别，应为 {"readings": [{"read_at": …, "temperature": …, "humidity": …}]}。')
            return JsonResponse({"error": told, "code": "body_unknown"}, status=400)
        refused: list[tuple[int, str]] = []
        readings = [line for number, one in enumerate(lines, 1) if (line := _line(one, number, refused)) is not None]
        try:
            answer = climate_add_many(actor=self.actor, location=room, readings=readings, source=source)
        except NotAllowed:
            raise
        except Refused as refusal:
            return JsonResponse({"error": refusal.sentence, "code": refusal.code}, status=409)
        refused = sorted([*refused, *answer.refused])
        body: dict[str, Any] = {"room": room.label, "added": answer.added, "known": answer.known, "out": answer.out}
        body["refused"] = [{"line": number, "sentence": sentence} for number, sentence in refused]
        return JsonResponse(body, status=422 if refused and not answer.added + answer.known else 200)


def _line(given: Mapping[str, Any], number: int, refused: list[tuple[int, str]]) -> dict[str, Any] | None:
    """A reading with its time as an instant; without a time a second delivery could not be known."""
    missing = [name for name in NAMES if given.get(name) in (None, "")]
    if missing:
        told = _("第 %(n)s 条缺少 %(names)s。") % {"n": number, "names": "、".join(missing)}
        refused.append((number, told))
        return None
    at = instant(str(given["read_at"]))
    if at is None:
        told = _("第 %(n)s 条的时间“%(at)s”无法识别，请用 2026-11-22T08:00:00+08:00 的写法。")
        refused.append((number, told % {"n": number, "at": str(given["read_at"])[:40]}))
        return None
    return {"read_at": at, "temperature": given["temperature"], "humidity": given["humidity"], "number": number}


def instant(text: str) -> datetime | None:
    """A time with its zone, or on the company's wall clock."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return moment(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
