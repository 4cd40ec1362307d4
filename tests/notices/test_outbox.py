"""Notices: in the transaction, out by every channel, tried again, given up in sight, and never with a word of what they are about."""

import base64
import email
import email.policy
import hashlib
import hmac
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.test import Client

from kedang.foundation.approvals.registry import StepSpec
from kedang.foundation.approvals.services.deciding import case_approve, case_return
from kedang.foundation.approvals.services.owning import case_remind
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.notices.channels import guard
from kedang.foundation.notices.channels.message import Undelivered
from kedang.foundation.notices.models import Channel, Delivery, Notice, Preference
from kedang.foundation.notices.services import dispatching
from kedang.foundation.notices.services.dispatching import deliveries_retry, notices_run
from kedang.foundation.notices.services.sending import after_quiet, next_digest, notice_send, notices_settle
from kedang.foundation.notices.services.writing import channel_change, channel_try, preference_change
from tests.approvals.making import ask, make_flow, trial_kind
from tests.cast import Cast
from tests.notices.listening import mailbox, robot

TASK = "approvals.task"
CANARY = "金丝雀铜业绝密事项"


@pytest.fixture(autouse=True)
def near(settings: Any) -> None:
    """Servers of this machine may be called by the tests."""
    settings.NOTICES_PRIVATE = settings.NOTICES_PLAIN_HTTP = True
    settings.PUBLIC_URL = "https://kedang.example.com"


def tell(*people: Any, **more: Any) -> int:
    given = {
        "kind": TASK,
        "url_name": "approvals:case-detail",
        "args": [7],
        "number": "SQ202600007",
        "about": "case:7",
        **more,
    }
    return notice_send(people=people, **given)


def wants(person: Any, **accounts: str) -> None:
    preference_change(actor=person, values={"accounts": accounts, "quiet_from": "00:00", "quiet_until": "00:00"})


def by_robot(cast: Cast, kind: str, url: str, key: str = "") -> Channel:
    return channel_change(actor=cast.admin, kind=kind, is_active=True, values={"webhook": url, "signing_key": key})


def by_mail(cast: Cast, port: int) -> Channel:
    values = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "kedang@example.com"}
    return channel_change(actor=cast.admin, kind="email", is_active=True, values=values)


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("id").values_list("channel", "state"))


def test_a_notice_is_there_if_and_only_if_what_it_tells_of_is(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(cast.head)
        _ = 1 / 0
    assert not Notice.objects.exists()
    assert tell(cast.head, cast.head, cast.manager) == 2
    assert states() == []  # no channel yet: the page is enough
    row = Notice.objects.get(person=cast.head)
    assert (row.number, row.url, row.read_at) == ("SQ202600007", "/cases/7/", None)
    assert notices_settle(about="case:7", people=[cast.head.pk]) == 1
    row.refresh_from_db()
    assert row.read_at is not None
    with pytest.raises(LookupError):
        tell(cast.head, kind="approvals.nonsense")


def test_three_robots_are_told_in_their_own_way(cast: Cast) -> None:
    with robot() as came:
        wants(cast.head, wecom="hejing", dingtalk="0123", feishu="ou_9")
        by_robot(cast, "wecom", came.url)
        by_robot(cast, "dingtalk", came.url, "SECding")
        by_robot(cast, "feishu", came.url, "fei-key")
        assert tell(cast.head, cast.manager) == 2  # 方宁 has given no account: only the page
        assert notices_run() == 3
    told = {"wecom": None, "dingtalk": None, "feishu": None}
    for path, body in came.came:
        name = "feishu" if "msg_type" in body else "dingtalk" if "at" in body else "wecom"
        told[name] = (path, body)
    text = "【客档】申请待您审批：SQ202600007\n申请待您审批：SQ202600007\nhttps://kedang.example.com/cases/7/\n\n内容请登录客档查看。"
    assert told["wecom"][1] == {"msgtype": "text", "text": {"content": text, "mentioned_list": ["hejing"]}}
    path, body = told["dingtalk"]
    asked = parse_qs(urlsplit(path).query)
    sign = hmac.new(b"SECding", f"{asked['timestamp'][0]}\nSECding".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(sign).decode()]
    assert body == {"msgtype": "text", "text": {"content": text}, "at": {"atUserIds": ["0123"], "isAtAll": False}}
    _path, body = told["feishu"]
    sign = hmac.new(f"{body['timestamp']}\nfei-key".encode(), b"", hashlib.sha256).digest()
    assert (body["sign"], body["msg_type"]) == (base64.b64encode(sign).decode(), "text")
    assert body["content"]["text"] == f'<at user_id="ou_9"></at> {text}'
    assert {state for _channel, state in states()} == {"sent"}
    assert notices_run() == 0


def test_mail_goes_out_and_collects_once_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with mailbox() as came:
        by_mail(cast, came.port)
        for person in (cast.head, cast.manager):
            person.email = f"{person.username}@example.com"
            person.save(update_fields=["email"])
        wants(cast.head)
        wants(cast.manager)
        preference_change(actor=cast.manager, values={"is_digest": True})
        tell(cast.head, cast.manager)
        tell(cast.manager, number="SQ202600008", args=[8])
        tell(cast.manager, number="SQ202600009", args=[9], kind="approvals.urgent")
        assert notices_run() == 2  # the ordinary one, and what is urgent even for who collects
        assert [one.split("<")[1].split(">")[0] for one in came.to] == ["hejing@example.com", "fangning@example.com"]
        tomorrow = clock.now() + timedelta(days=1)
        monkeypatch.setattr(clock, "now", lambda: tomorrow)
        assert notices_run() == 2
    assert len(came.mails) == 3
    last = email.message_from_string(came.mails[2], policy=email.policy.default)
    assert (last["Subject"], last["From"]) == ("【客档】2 条通知", "kedang@example.com")
    text = last.get_content().replace("\r\n", "\n")
    assert "SQ202600007\nhttps://kedang.example.com/cases/7/" in text
    assert "SQ202600008\nhttps://kedang.example.com/cases/8/" in text


def test_a_channel_that_fails_is_tried_later_and_given_up_in_sight(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with robot() as came:
        wants(cast.head, wecom="hejing")
        by_robot(cast, "wecom", came.url)
        tell(cast.head)
        tell(cast.head, number="SQ202600008")
        came.answer = {"errcode": 93000, "errmsg": f"invalid webhook url {came.url}"}
        moment = clock.now()
        for turn in range(len(dispatching.WAITS) + 1):
            monkeypatch.setattr(clock, "now", lambda at=moment: at)
            assert notices_run() == 0
            assert len(came.came) >= turn + 1  # after one failure the channel is left alone until the next turn
            moment += timedelta(hours=5)
        while Delivery.objects.filter(state="waiting").exists():
            monkeypatch.setattr(clock, "now", lambda at=moment: at)
            notices_run()
            moment += timedelta(hours=5)
        assert states() == [("wecom", "given_up")] * 2
        channel = Channel.objects.get()
        assert channel.error == "机器人没有接受，返回 93000"
        event = Event.objects.filter(code="notices.delivery_given_up").latest("id")
        assert "KEY-NOBODY" not in f"{event.meta}{event.changes}{channel.error}{Delivery.objects.values_list('error')}"
        page = client_of(cast.admin).get("/settings/notices/").content.decode()
        assert "没有发出去的" in page
        assert "返回 93000" in page
        came.answer = {"errcode": 0}
        with pytest.raises(NotAllowed):
            deliveries_retry(actor=cast.archivist)
        assert deliveries_retry(actor=cast.admin) == 2
        assert notices_run() == 2
        with pytest.raises(Refused, match="没有发送失败的通知"):
            deliveries_retry(actor=cast.admin)


def test_two_workers_send_once_and_a_dead_one_loses_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with robot() as came:
        wants(cast.head, wecom="hejing")
        by_robot(cast, "wecom", came.url)
        tell(cast.head)
        key = Delivery.objects.get().pk
        assert len(dispatching._take([key])) == 1
        assert dispatching._take([key]) == []
        assert notices_run() == 0
        later = clock.now() + dispatching.LEASE + timedelta(seconds=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert notices_run() == 1
    assert len(came.came) == 1


def test_quiet_hours_and_what_is_not_wanted(cast: Cast) -> None:
    wish = Preference(person=cast.head)  # 21:00 to 08:00
    at = lambda hour: clock.local(datetime.fromisoformat(f"2026-11-23T{hour}:00+08:00"))  # noqa: E731
    assert after_quiet(wish, at("20:59")) == at("20:59")
    assert after_quiet(wish, at("21:00")) == at("08:00") + timedelta(days=1)
    assert after_quiet(wish, at("03:00")) == at("08:00")
    assert after_quiet(wish, at("08:00")) == at("08:00")
    wish.quiet_from, wish.quiet_until = time(12, 0), time(13, 30)
    assert after_quiet(wish, at("12:10")) == at("13:30")
    assert after_quiet(wish, at("21:00")) == at("21:00")
    assert next_digest(wish, at("09:00")) == at("08:30") + timedelta(days=1)
    with robot() as came:
        by_robot(cast, "wecom", came.url)
        wants(cast.head, wecom="hejing")
        preference_change(actor=cast.head, values={"unwanted": [TASK, "no.such.kind"]})
        assert tell(cast.head) == 1
        assert states() == []
        tell(cast.head, kind="approvals.urgent")
        assert notices_run() == 1
        notices_settle(about="case:7")
        assert not Notice.objects.filter(read_at__isnull=True).exists()


def test_settled_before_it_went_it_does_not_go(cast: Cast) -> None:
    with robot() as came:
        by_robot(cast, "wecom", came.url)
        wants(cast.head, wecom="hejing")
        tell(cast.head)
        notices_settle(about="case:7", kinds=[TASK])
        assert notices_run() == 0
        assert states() == [("wecom", "dropped")]
    assert came.came == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://robot.example.com/x", "https://"), ("https://127.0.0.1/x", "内网"), ("https://[::1]/x", "内网"),
        ("https://169.254.169.254/latest", "内网"), ("https://10.0.0.8/x", "内网"), ("https://[::ffff:10.0.0.8]/x", "内网"),
        ("https://localhost/x", "内网"), ("https://intranet/x", "内网"), ("https://a:b@robot.example.com/x", "账号"),
        ("https://", "不完整"), ("ftp://robot.example.com", "https://"), ("https://robot.example.com:99999/", "看不懂"),
    ],
)  # fmt: skip
def test_addresses_inside_are_refused(cast: Cast, settings: Any, url: str, told: str) -> None:
    settings.NOTICES_PRIVATE = settings.NOTICES_PLAIN_HTTP = False
    with pytest.raises(Refused, match=told) as caught:
        by_robot(cast, "wecom", url)
    assert caught.value.code == "address_refused"
    with pytest.raises(Undelivered):
        guard.post_json(url, b"{}")


def test_a_name_that_leads_inside_is_not_called(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name looks like the open internet and means the machine itself."""
    settings.NOTICES_PRIVATE = settings.NOTICES_PLAIN_HTTP = False
    for address in ("127.0.0.1", "10.1.2.3", "192.168.0.9", "100.64.0.1", "fd00::1", "0.0.0.0"):
        monkeypatch.setattr(guard.socket, "getaddrinfo", lambda *a, to=address, **k: [(2, 1, 6, "", (to, 443))])
        with pytest.raises(Undelivered, match="内网"):
            guard.post_json("https://robot.example.com/x", b"{}")


def test_nothing_of_the_content_leaves_the_house(cast: Cast) -> None:
    """A case whose title, reason, opinions and people are canaries: no message and no notice has one of them."""
    with robot() as came, mailbox() as mails, trial_kind():
        by_robot(cast, "wecom", came.url)
        by_mail(cast, mails.port)
        for person in (cast.head, cast.manager, cast.salesperson):
            person.email = f"{person.username}@example.com"
            person.save(update_fields=["email"])
            wants(person, wecom=person.username)
        make_flow(cast, StepSpec("负责人", "head"), copies=[["open", "person", cast.manager.pk]])
        case = ask(cast, title=CANARY, reason=f"{CANARY}之理由")
        case_remind(actor=cast.salesperson, case=case)
        case_return(actor=cast.head, case=case, opinion=f"{CANARY}须补充")
        notices_run()
        again = ask(cast, title=CANARY, reason=f"{CANARY}之理由")
        case_approve(actor=cast.head, case=again, opinion=f"{CANARY}同意")
        notices_run()
    out = f"{came.came}" + "".join(
        email.message_from_string(one, policy=email.policy.default).as_string() for one in mails.mails
    )
    bodies = "".join(email.message_from_string(one, policy=email.policy.default).get_content() for one in mails.mails)
    kept = "".join(str(row) for row in Notice.objects.values()) + "".join(str(row) for row in Delivery.objects.values())
    assert case.number in f"{came.came}{bodies}"
    for word in (CANARY, "金丝雀", "周航", "何静", "方宁", "试办"):
        assert word not in f"{out}{bodies}{kept}"
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert kinds == {TASK, "approvals.reminded", "approvals.returned", "approvals.copied", "approvals.approved"}


def test_parts_that_are_done_leave_the_bell(cast: Cast) -> None:
    with trial_kind():
        make_flow(cast, StepSpec("负责人", "head"))
        case = ask(cast)
        assert unread(cast.head) == [TASK]
        case_approve(actor=cast.head, case=case)
        assert (unread(cast.head), unread(cast.salesperson)) == ([], ["approvals.approved"])
        page = client_of(cast.salesperson).get("/").content.decode()
        assert "通知：1 条未读" in page
        opened = client_of(cast.salesperson).get(f"/notices/{Notice.objects.get(person=cast.salesperson).pk}/")
        assert (opened.status_code, opened["Location"]) == (302, f"/cases/{case.pk}/")
        assert unread(cast.salesperson) == []
        assert (
            client_of(cast.head).get(f"/notices/{Notice.objects.get(person=cast.salesperson).pk}/").status_code == 404
        )


def test_secrets_lie_sealed_and_are_never_shown(cast: Cast) -> None:
    from django.db import connection

    with robot() as came:
        by_robot(cast, "dingtalk", came.url, "SECding")
        with connection.cursor() as cursor:
            cursor.execute("SELECT webhook, signing_key FROM notices_channel")
            assert not [one for one in cursor.fetchone() if "KEY" in one or "SECding" in one or one == ""]
        page = client_of(cast.admin).get("/settings/notices/").content.decode()
        events = "".join(f"{one.changes}{one.meta}" for one in Event.objects.all())
        assert "KEY-NOBODY" not in f"{page}{events}"
        assert "SECding" not in f"{page}{events}"
        kept = channel_change(
            actor=cast.admin, kind="dingtalk", is_active=False, values={"webhook": "", "signing_key": ""}
        )
        assert (kept.webhook, kept.is_active) == (came.url, False)
    with pytest.raises(NotAllowed):
        by_robot(cast_archivist(cast), "wecom", "https://robot.example.com/x")


def cast_archivist(cast: Cast) -> Any:
    """The cast with the archivist in the administrator's place."""
    from dataclasses import replace

    return replace(cast, admin=cast.archivist)


def test_a_test_says_what_came_of_it(cast: Cast) -> None:
    with robot() as came:
        by_robot(cast, "feishu", came.url)
        wants(cast.admin, feishu="ou_1")
        assert channel_try(actor=cast.admin, kind="feishu") == "ou_1"
        came.status = 500
        with pytest.raises(Refused, match="对方返回 HTTP 500"):
            channel_try(actor=cast.admin, kind="feishu")
        client = client_of(cast.admin)
        answer = client.post("/settings/notices/try/", {"kind": "feishu"}, follow=True).content.decode()
        assert "试发没有成功" in answer
    assert Event.objects.filter(code="notices.channel_tried").count() == 3
    with mailbox() as mails:
        by_mail(cast, mails.port)
        with pytest.raises(Refused, match="没有电子邮箱"):
            channel_try(actor=cast.admin, kind="email")
        cast.admin.email = "luyuan@example.com"
        cast.admin.save(update_fields=["email"])
        assert channel_try(actor=cast.admin, kind="email") == "luyuan@example.com"
        mails.refuses = True
        with pytest.raises(Refused, match="不接受收件人地址"):
            channel_try(actor=cast.admin, kind="email")
    with pytest.raises(Refused, match="连接邮件服务器失败"):
        channel_try(actor=cast.admin, kind="email")


def test_forms_of_channels_and_wishes(cast: Cast) -> None:
    client = client_of(cast.admin)
    told = client.post(
        "/settings/notices/", {"kind": "email", "email-is_active": "on", "email-port": "465", "email-security": "tls"}
    )
    assert (told.status_code, "启用前请填写邮件服务器" in told.content.decode()) == (422, True)
    values = {
        "email-host": "smtp.example.com",
        "email-sender": "a@example.com",
        "email-port": "587",
        "email-security": "starttls",
    }
    saved = client.post(
        "/settings/notices/", {"kind": "email", "email-is_active": "on", "email-version": "0", **values}
    )
    assert saved.status_code == 302
    assert Channel.objects.get(kind="email").port == 587
    stale = client.post("/settings/notices/", {"kind": "email", "email-version": "0", **values})
    assert "刚被他人修改" in stale.content.decode()
    mine = client_of(cast.reader)
    assert mine.get("/me/notices/").status_code == 200
    wish = {"by_email": "on", "digest_at": "09:00", "quiet_from": "22:00", "quiet_until": "07:00", "wanted": [TASK]}
    assert mine.post("/me/notices/", wish).status_code == 302
    row = Preference.objects.get(person=cast.reader)
    assert (row.quiet_from, TASK in row.unwanted, "approvals.copied" in row.unwanted) == (time(22, 0), False, True)
    assert mine.get("/settings/notices/").status_code == 403


def unread(person: Any) -> list[str]:
    return list(
        Notice.objects.filter(person=person, read_at__isnull=True).order_by("id").values_list("kind", flat=True)
    )


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client
