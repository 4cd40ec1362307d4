"""Fixed words of requests to use the archive, and of what came of them (US-02, US-05, US-09)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UseSort(models.TextChoices):
    """What is asked for. Each is a kind of request of its own, with its own flow."""

    READ = "read", _("查档")
    LOAN = "loan", _("借档")
    COPY = "copy", _("复制")
    PRINT = "print", _("打印")
    EXPORT = "export", _("导出")
    UNMASK = "unmask", _("查看敏感内容")


class WantedState(models.TextChoices):
    """A thing that was asked for by a number typed by hand."""

    OPEN = "open", _("待核对")
    MATCHED = "matched", _("已核对")
    NONE = "none", _("不予提供")


class Accuracy(models.TextChoices):
    """What the reader found of the record."""

    GOOD = "good", _("准确完整")
    LACKING = "lacking", _("不完整")
    WRONG = "wrong", _("内容有误")


class EffectKind(models.TextChoices):
    """利用效果: what the use was good for."""

    WORK = "work", _("解决工作问题")
    PROOF = "proof", _("提供凭证依据")
    AVOIDED = "avoided", _("避免或挽回损失")
    GAINED = "gained", _("增加收益")
    SERVICE = "service", _("改进客户服务")
    WRITTEN = "written", _("编研参考")
    NONE = "none", _("未产生效果")


class UpdateState(models.TextChoices):
    """A task that a reader's finding gave rise to."""

    OPEN = "open", _("待更正")
    DONE = "done", _("已更正")
    DISMISSED = "dismissed", _("核对无误")
