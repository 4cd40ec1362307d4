"""Why a file has no text or no picture: a sentence for each code, with what to do."""

from typing import Any

from django.utils.translation import gettext_lazy as _

WITHDRAWN = "withdrawn"
"""Code of files whose text was given up on purpose."""
SENTENCES: dict[str, Any] = {
    "locked": _("文件设有打开密码，不能预览，也不能提取文字。请取得不加密的版本另行加入。"),
    "broken": _("文件已损坏或不完整，打不开。原文件照原样保存，请核对来源后补交完好的文件。"),
    "bomb": _("文件解开后大得异常，疑为压缩炸弹，没有展开。请核对来源。"),
    "too_big": _("文件超过 256 MB，不预览，也不提取文字；可以下载后查看。"),
    "too_large": _("图像尺寸过大，不预览，也不识别文字；可以下载后查看。"),
    "too_heavy": _("文件内容过于庞大，处理它的内存超出限度，已停下。可以下载后查看。"),
    "too_slow": _("处理文件的时间超出限度，已停下。可以下载后查看。"),
    "no_text": _("这种格式没有可提取的文字。"),
    "no_page": _("没有这一页。"),
    "old_office": _("此文档格式不能直接提取文字，请另存为 DOCX、XLSX、PPTX 或 PDF 后一并加入。"),
    "ofd": _("OFD 版式文件暂不能提取文字，请一并加入 PDF 版本。"),
    "package": _("压缩包不展开，里面的文件请分别加入。"),
    "no_recogniser": _("未识别文字（未安装识别组件）"),
    "page_failed": _("有 %(pages)s 页未能识别，其余各页正常。"),
    "cut": _("页数过多，只提取了前 3000 页的文字。"),
    WITHDRAWN: _("所属的件已移出或销毁，提取的文字已清除，不再提取，也检索不到。"),
    "unreadable": _("文件的密文打不开，请联系档案管理员从备份恢复。"),
}


def sentence(code: str, **values: Any) -> str:
    """The sentence of a code in the language of the reader."""
    text = str(SENTENCES.get(code, SENTENCES["broken"]))
    return text % values if values else text
