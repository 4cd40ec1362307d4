"""Parts of a dossier in the archive that may be shared: its projects, the catalogue of its papers, their content leaf by leaf."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.shared.parts import SharedPart

ITEM, DOSSIER = "holdings.item", "customers.customer"
SharedPart("holdings.projects", _("客户项目"), _("名称、期间、合同号与金额"), "holdings.project", ("holdings.view",),
           shows=((DOSSIER, "holdings.projects_tab"),))  # fmt: skip
SharedPart(
    "holdings.papers",
    _("文件目录"),
    _("题名、日期、页数；可以只共享几种文件"),
    ITEM,
    ("holdings.view",),
    has_kinds=True,
    shows=((DOSSIER, "holdings.papers_tab"),),
)
SharedPart(
    "holdings.leaves", _("逐页阅读文件"), _("带水印阅读电子件，不能下载、打印"), ITEM, ("holdings.leaf",), after="holdings.papers",
    has_kinds=True,
)  # fmt: skip
