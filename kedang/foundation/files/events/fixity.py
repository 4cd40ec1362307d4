"""What happens when stored files are read again and compared."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

FIXITY_BEGUN = EventType("files.fixity_begun", _("开始核验文件"), "admin")
FIXITY_DONE = EventType("files.fixity_done", _("完成核验文件"), "admin")
FIXITY_STOPPED = EventType("files.fixity_stopped", _("中止核验文件"), "admin")
EXTRAS_LOOKED_FOR = EventType("files.extras_looked_for", _("查找存储中多出的文件"), "admin")
FILE_DAMAGED = EventType("files.damaged", _("核验发现文件有问题"), "change")
FILE_INTACT = EventType("files.intact", _("再次核验完好"), "change")
FILE_REPAIRED = EventType("files.repaired", _("从备份修复文件"), "change")
EXTRA_SETTLED = EventType("files.extra_settled", _("处理多出的文件"), "admin")
