"""One message by one channel."""

from kedang.foundation.notices.channels import robots
from kedang.foundation.notices.channels.mail import send_mail
from kedang.foundation.notices.channels.message import Message
from kedang.foundation.notices.choices import ChannelKind
from kedang.foundation.notices.models import Channel


def send(channel: Channel, message: Message) -> None:
    """Send it now.

    Raises:
        Undelivered.
    """
    ways = {
        ChannelKind.EMAIL: send_mail, ChannelKind.WECOM: robots.wecom, ChannelKind.DINGTALK: robots.dingtalk,
        ChannelKind.FEISHU: robots.feishu,
    }  # fmt: skip
    ways[ChannelKind(channel.kind)](channel, message)
