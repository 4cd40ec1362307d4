"""Where the house may be sent by a setting: over https to the open internet, never to itself or its neighbours (SSRF).

The name is resolved once, every address it has is judged, and the connection is made to a judged address: a name that changes its
meaning between the question and the call leads nowhere. Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.notices.channels.message import Undelivered

TIMEOUT = 4.0
MOST_BYTES = 16_384


def refuse_address(url: str) -> None:
    """Refuse what cannot be an address outside, before it is kept.

    Raises:
        Refused: ``address_refused``.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("address_refused", _("机器人地址看不懂，请从群机器人的设置中整段复制。"), "webhook") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.NOTICES_PLAIN_HTTP):
        raise Refused("address_refused", _("机器人地址必须以 https:// 开头。"), "webhook")
    if not parts.hostname or parts.username or parts.password or port == 0:
        raise Refused("address_refused", _("机器人地址不完整或带有账号，请从群机器人的设置中整段复制。"), "webhook")
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        is_inside = parts.hostname.lower() == "localhost" or "." not in parts.hostname
    else:
        is_inside = not _is_outside(str(literal))
    if is_inside and not settings.NOTICES_PRIVATE:
        raise Refused(
            "address_refused",
            _("机器人地址指向内网或本机，未予保存。确需使用内网机器人的，请系统管理员在安装设置中放开。"),
            "webhook",
        )


def _is_outside(address: str) -> bool:
    found = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return bool((mapped or found).is_global and not (mapped or found).is_multicast)


def judged(host: str, port: int) -> tuple[str, int]:
    """An address of a host that may be called.

    Raises:
        Undelivered.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Undelivered(_("找不到服务器，请检查网络和地址")) from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or (not settings.NOTICES_PRIVATE and not all(_is_outside(one) for one in addresses)):
        raise Undelivered(_("地址指向内网或本机，未予发送"))
    return addresses[0], port


def post_json(url: str, body: bytes) -> bytes:
    """The answer of a POST with JSON, at most its beginning.

    Raises:
        Undelivered: not reached, too slow, or no 200.
    """
    try:
        refuse_address(url)
    except Refused as refusal:
        raise Undelivered(refusal.sentence.rstrip("。")) from None
    parts = urlsplit(url)
    host, is_https = str(parts.hostname), parts.scheme == "https"
    address = judged(host, parts.port or (443 if is_https else 80))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    line = http.client.HTTPConnection(host, address[1], timeout=TIMEOUT)
    try:
        wire = socket.create_connection(address, timeout=TIMEOUT)
        line.sock = ssl.create_default_context().wrap_socket(wire, server_hostname=host) if is_https else wire
        line.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Kedang"})
        answer = line.getresponse()
        text = answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException):  # TLS errors are of the former
        raise Undelivered(_("连接失败或超时")) from None
    finally:
        line.close()
    if answer.status != 200:
        raise Undelivered(_("对方返回 HTTP %(status)s") % {"status": answer.status})
    return text
