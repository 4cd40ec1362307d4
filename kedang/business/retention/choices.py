"""Fixed words of holds."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HoldState(models.TextChoices):
    """Life of a hold."""

    ASKED = "asked", _("待批准")
    IN_FORCE = "in_force", _("冻结中")
    REFUSED = "refused", _("未批准")
    CALLED_OFF = "called_off", _("已撤回")
    RELEASED = "released", _("已解除")
