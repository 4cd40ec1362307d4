"""Mail through the company's own server."""

import smtplib

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from kedang.foundation.notices.channels.message import Message, Undelivered
from kedang.foundation.notices.choices import MailSecurity
from kedang.foundation.notices.models import Channel

TIMEOUT = 5


def send_mail(channel: Channel, message: Message) -> None:
    """A plain text mail.

    Raises:
        Undelivered.
    """
    server = EmailBackend(
        host=channel.host, port=channel.port, username=channel.username, password=str(channel.password), timeout=TIMEOUT,
        use_ssl=channel.security == MailSecurity.TLS, use_tls=channel.security == MailSecurity.STARTTLS, fail_silently=False,
    )  # fmt: skip
    mail = EmailMessage(message.subject, message.text, channel.sender, [message.account], connection=server)
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    try:
        mail.send()
    except smtplib.SMTPAuthenticationError:
        raise Undelivered(_("邮件服务器不接受此账号和密码")) from None
    except smtplib.SMTPRecipientsRefused:
        raise Undelivered(_("邮件服务器不接受收件人地址")) from None
    except smtplib.SMTPResponseException as error:
        raise Undelivered(_("邮件服务器返回 %(code)s") % {"code": error.smtp_code}) from None
    except (OSError, smtplib.SMTPException, ValueError):
        raise Undelivered(_("连接邮件服务器失败或超时")) from None
