"""Robots of groups: 企业微信, 钉钉 and 飞书, each with its own form, signature and answer."""

import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import quote_plus

import orjson
from django.utils.translation import gettext as _

from kedang.foundation.notices.channels.guard import post_json
from kedang.foundation.notices.channels.message import Message, Undelivered
from kedang.foundation.notices.models import Channel


def wecom(channel: Channel, message: Message) -> None:
    """企业微信: text with the accounts to be called; the key stands in the address."""
    called = [message.account] if message.account else []
    body = {"msgtype": "text", "text": {"content": _whole(message), "mentioned_list": called}}
    _judge(post_json(str(channel.webhook), orjson.dumps(body)), "errcode")


def dingtalk(channel: Channel, message: Message) -> None:
    """钉钉: time and signature are put behind the address; a robot guarded by key words finds “客档” in the text."""
    url = str(channel.webhook)
    if channel.signing_key:
        stamp, key = str(round(time.time() * 1000)), str(channel.signing_key)
        sign = base64.b64encode(hmac.new(key.encode(), f"{stamp}\n{key}".encode(), hashlib.sha256).digest()).decode()
        url += f"{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote_plus(sign)}"
    called = [message.account] if message.account else []
    body = {"msgtype": "text", "text": {"content": _whole(message)}, "at": {"atUserIds": called, "isAtAll": False}}
    _judge(post_json(url, orjson.dumps(body)), "errcode")


def feishu(channel: Channel, message: Message) -> None:
    """飞书: time and signature stand in the body; the signature is keyed by both and made over nothing."""
    text = f'<at user_id="{message.account}"></at> {_whole(message)}' if message.account else _whole(message)
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if channel.signing_key:
        stamp = str(round(time.time()))
        sign = hmac.new(f"{stamp}\n{channel.signing_key}".encode(), b"", hashlib.sha256).digest()
        body = {"timestamp": stamp, "sign": base64.b64encode(sign).decode(), **body}
    _judge(post_json(str(channel.webhook), orjson.dumps(body)), "code")


def _whole(message: Message) -> str:
    return f"{message.subject}\n{message.text}" if "\n" in message.text else message.subject


def _judge(answer: bytes, name: str) -> None:
    """Robots say no with status 200 and a number."""
    try:
        found = orjson.loads(answer)
        code = found.get(name, found.get("StatusCode"))
    except (orjson.JSONDecodeError, AttributeError):
        raise Undelivered(_("对方的回答看不懂，请核对机器人地址")) from None
    if code != 0:
        number = code if isinstance(code, int) else "?"
        raise Undelivered(_("机器人没有接受，返回 %(code)s") % {"code": number})
