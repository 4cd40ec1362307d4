"""What leaves the house, put together from nothing but kinds, numbers and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kedang.foundation.notices.models import Notice
from kedang.foundation.notices.registry import kind_of


class Undelivered(Exception):
    """It did not go out; the words are safe to show: never an address of a robot, a key, or what the other side echoed."""


@dataclass(frozen=True, slots=True)
class Message:
    """Subject, text and to whom: an address, or an account of the robot's group to be called by."""

    subject: str
    text: str
    account: str

    @classmethod
    def of(cls, notices: Sequence[Notice], account: str) -> "Message":
        """One message of one or several notices."""
        from kedang.foundation.notices.services.sending import absolute

        lines = [f"{_title(one)}\n{absolute(one.url)}" for one in notices]
        subject = _title(notices[0]) if len(notices) == 1 else _("%(count)s 条通知") % {"count": len(notices)}
        foot = _("内容请登录客档查看。")
        return cls(_("【客档】%(subject)s") % {"subject": subject}, "\n\n".join([*lines, foot]), account)


def _title(notice: Notice) -> str:
    title = str(kind_of(notice.kind).title)
    return _("%(title)s：%(number)s") % {"title": title, "number": notice.number} if notice.number else title
