"""What leaves the house by itself: mails and messages to robots of groups, in the very form in which they would go out."""

from typing import Any
from unittest import mock

import orjson

from kedang.foundation.notices.channels import Message, send
from kedang.foundation.notices.models import Channel, Delivery, Preference
from tests.access.harness.canaries import Canary
from tests.access.harness.ear import Ear, closed_up
from tests.access.harness.house import House
from tests.access.harness.rules import Fact
from tests.access.harness.verdict import Tally

KEPT = Fact("m_channel", act="nobody's")
"""Passwords and keys of channels: set, and never read again by anybody."""
PASSING = {"sign", "timestamp", "date", "message-id"}
"""Made anew for every message from the moment and from chance: their digits may be those of a number, and tell nothing."""
SENDERS = "kedang.foundation.notices.channels"


def make_channels(house: House) -> None:
    """Every channel in use, everybody told by all of them. Before anything happens that people are told of."""
    fonds = house.fonds["A"]
    secrets = {name: house.maker.latin(12) for name in ("password", "wecom", "dingtalk", "feishu", "signing_key")}
    for name, value in secrets.items():
        house.canaries.append(Canary(KEPT, "Channel", name, "internal", "latin", value, parts=(value[:8],)))
    mail = {"host": "smtp.example.com", "port": 465, "username": "kedang", "sender": "kedang@example.com"}
    Channel.objects.create(fonds=fonds, kind="email", is_active=True, password=secrets["password"], **mail)
    for kind in ("wecom", "dingtalk", "feishu"):
        key = {} if kind == "wecom" else {"signing_key": secrets["signing_key"]}
        Channel.objects.create(
            fonds=fonds, kind=kind, is_active=True, webhook=f"https://robot.example.com/send?key={secrets[kind]}", **key
        )
    for person in house.people.values():
        accounts = dict.fromkeys(("wecom", "dingtalk", "feishu"), f"u{person.pk}")
        Preference.objects.create(person=person, accounts=accounts)


def run(house: House, ear: Ear, tally: Tally) -> int:
    """Every delivery as it would go out, listened to: it says a kind, a number and an address, and to whom."""
    rows = list(Delivery.objects.select_related("notice__person").order_by("pk"))
    channels = {(row.fonds_id, row.kind): row for row in Channel.objects.all()}
    for row in rows:
        person = row.notice.person
        account = person.email if row.channel == "email" else f"u{person.pk}"
        sent = body_of(channels[row.fonds_id, row.channel], Message.of([row.notice], account))
        songs = ear.listen_to([(sent, False), (closed_up(sent), True)])
        tally.count("outbox", "anybody", len(house.canaries), len(house.canaries))
        for song in songs:
            if song.canary is None or not (song.canary.staff or song.canary.model == "Notice"):
                told = song.canary.told if song.canary else "sealed text"
                tally.leak("outbox", f"{row.channel} {row.notice.kind}", person.username, f"{told} ({song.text[:40]})")
    tally.expect(
        "outbox", "deliveries", "anybody", len({row.notice.kind for row in rows}) > 3, "next to nothing is sent"
    )
    return len(rows)


def body_of(channel: Channel, message: Message) -> str:
    """The words of a message as the sender hands it on; the address of the robot is its key and not read by the group."""
    went: list[str] = []

    def post(_url: str, body: bytes) -> bytes:
        told: Any = orjson.loads(body)
        for passing in PASSING:
            told.pop(passing, None)
        went.append(orjson.dumps(told).decode())
        return b'{"errcode": 0, "code": 0}'

    def mailed(_server: Any, mails: Any) -> int:
        for one in mails:
            heads = {name: value for name, value in one.message().items() if name.lower() not in PASSING}
            went.append(f"{heads}\n{one.subject}\n{one.body}")
        return len(mails)

    with (
        mock.patch(f"{SENDERS}.robots.post_json", post),
        mock.patch(f"{SENDERS}.mail.EmailBackend.send_messages", mailed),
    ):
        send(channel, message)
    return "\n".join(went)
