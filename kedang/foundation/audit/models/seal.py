"""Seals over the entries of the trail. Rows are written once; triggers refuse to change them (see ``guards``)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Seal(models.Model):
    """封条: the signed statement that these entries, and only these, were there then, and which seal came before.

    ``head`` is the canonical JSON text exactly as it was signed; the other columns repeat parts of it for queries and are
    compared with it by the verifier.
    """

    is_technical = True  # made by the sealing job out of events; it is what proves the events, and has none of its own

    number = models.BigIntegerField(_("封条号"), primary_key=True)
    head = models.TextField(_("封条内容"))
    signature = models.CharField(_("签名"), max_length=128)
    digest = models.CharField(_("封条摘要"), max_length=64)
    at = models.DateTimeField(_("封存时间"))
    first_id = models.BigIntegerField(_("首条记录号"))
    last_id = models.BigIntegerField(_("末条记录号"), db_index=True)
    count = models.IntegerField(_("记录数"))

    class Meta:
        verbose_name = _("封条")
        verbose_name_plural = _("封条")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)


class SealData(models.Model):
    """What a seal needs to be checked entry by entry: per entry 16 bytes of salt and its leaf digest, in the order of ids."""

    is_technical = True

    number = models.BigIntegerField(_("封条号"), primary_key=True)
    salts = models.BinaryField(_("盐"))
    leaves = models.BinaryField(_("叶摘要"))

    class Meta:
        verbose_name = _("封存数据")
        verbose_name_plural = _("封存数据")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)


class Redaction(models.Model):
    """抹除: parts of a sealed entry were blanked. Their digests stay, their salts are gone, the other parts stay provable.

    The row is what allows the blanking: the trigger lets an entry be changed only where such a row names it.
    """

    is_technical = True  # the event ``audit.redacted`` tells who blanked what and why

    event_id = models.BigIntegerField(_("记录号"), primary_key=True)
    seal_number = models.BigIntegerField(_("封条号"), db_index=True)
    parts = models.CharField(_("抹除部分"), max_length=80)
    digests = models.TextField(_("摘要"))
    salts = models.TextField(_("其余部分的盐"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("抹除")
        verbose_name_plural = _("抹除")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.event_id} {self.parts}"


class CheckpointPlace(models.Model):
    """How far each place outside the database has been told of the seals, and whether it answers."""

    is_technical = True

    place = models.CharField(_("位置"), max_length=400, unique=True)
    number = models.BigIntegerField(_("已写到封条号"), default=0)
    at = models.DateTimeField(_("上次写入"), null=True, blank=True)
    failures = models.IntegerField(_("连续失败次数"), default=0)
    last_error = models.TextField(_("上次错误"), blank=True, default="")

    class Meta:
        verbose_name = _("检查点存放处")
        verbose_name_plural = _("检查点存放处")
        default_permissions = ()

    def __str__(self) -> str:
        return self.place
