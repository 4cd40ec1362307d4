"""Titles of the demo's documents, by class: kind in the filing scope, title, who wrote it, pages. ``{n}`` counts, ``{what}`` is the
goods."""

GOODS = ("阀门", "离心泵", "执行机构", "压力变送器", "换热机组", "过滤器", "调节阀", "仪表柜", "管件", "电动蝶阀")

Paper = tuple[str, str, str, int]
"""kind code, title, 责任者 (``ours``, ``theirs`` or ``both``), pages"""

VOLUMES: dict[str, tuple[Paper, ...]] = {
    "HT": (
        ("HT01", "{what}采购合同", "both", 12), ("HT01", "{what}采购合同补充协议（{n}）", "both", 3), ("HT01", "年度框架采购协议", "both", 9),
        ("HT03", "{what}采购合同评审表", "ours", 2), ("HT03", "关于{what}交货期变更的合同变更单", "both", 1),
        ("HT01", "{what}技术协议", "both", 7), ("HT01", "质量保证协议", "both", 5), ("HT01", "保密协议", "both", 4),
        ("HT03", "{what}采购合同评审表（{n}）", "ours", 2), ("HT01", "备品备件供货合同", "both", 8), ("HT01", "安装服务合同", "both", 10),
        ("HT03", "合同终止确认书", "both", 1), ("HT01", "{what}维护保养协议", "both", 6), ("HT01", "运输协议", "both", 4),
    ),
    "JY": (
        ("JY02", "{what}货款付款回单（{n}）", "theirs", 1), ("JY02", "增值税专用发票（{what}）", "ours", 1), ("JY03", "第{n}季度对账单", "both", 2),
        ("JY03", "年末往来询证函", "ours", 1), ("JY02", "预付款收款凭证", "ours", 1), ("JY03", "{what}结算单", "both", 3),
        ("JY02", "质保金收款凭证", "ours", 1), ("JY03", "往来款核对说明", "both", 2), ("JY02", "银行汇款回单（{n}）", "theirs", 1),
        ("JY02", "进度款付款申请及回单", "theirs", 3), ("JY03", "返利结算单", "both", 2), ("JY02", "发票签收回执（{n}）", "theirs", 1),
        ("JY03", "年度往来款对账单", "both", 4), ("JY02", "承兑汇票付款凭证", "theirs", 2),
    ),
    "FW": (
        ("FW01", "走访记录（第{n}次）", "ours", 3), ("FW02", "{what}安装服务单", "ours", 2), ("FW02", "{what}巡检服务单（{n}）", "ours", 2),
        ("FW03", "{what}操作培训签到与交底记录", "ours", 4), ("FW02", "{what}维修服务单", "ours", 2), ("FW01", "技术沟通会纪要", "both", 3),
        ("FW02", "报修登记及处理单（{n}）", "ours", 1), ("FW03", "{what}使用说明书", "ours", 26), ("FW01", "客户来访沟通记录", "ours", 2),
        ("FW02", "售后服务回执（{n}）", "theirs", 1), ("FW01", "年度拜访总结", "ours", 5), ("FW02", "停机检修服务单", "ours", 3),
        ("FW01", "电话沟通记录（{n}）", "ours", 1), ("FW03", "安全技术交底书", "ours", 2),
    ),
    "JB": (
        ("JB01", "客户登记表", "theirs", 2), ("JB02", "营业执照（副本）复印件", "theirs", 1), ("JB02", "生产许可证复印件", "theirs", 2),
        ("JB05", "法定代表人变更通知", "theirs", 1), ("JB01", "客户资料卡", "ours", 2), ("JB02", "质量管理体系认证证书复印件", "theirs", 3),
        ("JB05", "企业更名说明及登记通知书", "theirs", 3), ("JB01", "开票信息表", "theirs", 1), ("JB02", "特种设备制造资质证照", "theirs", 4),
        ("JB05", "注册地址迁址证明", "theirs", 2), ("JB02", "环境管理体系证书复印件", "theirs", 2), ("JB01", "客户信息表（年度更新）", "theirs", 2),
        ("JB02", "安全生产许可证复印件", "theirs", 2), ("JB05", "股权变更公告", "theirs", 2),
    ),
    "TS": (
        ("TS01", "{what}渗漏投诉记录", "theirs", 2), ("TS01", "投诉处理结果通知书（{n}）", "ours", 2), ("TS02", "客户满意度调查表", "theirs", 3),
        ("TS02", "服务评价回访记录（{n}）", "ours", 1), ("TS01", "质量整改报告", "ours", 6), ("TS02", "年度满意度调查汇总", "ours", 5),
        ("TS01", "到货短少索赔函及处理结果", "both", 4), ("TS02", "改进建议反馈单", "theirs", 1), ("TS01", "{what}噪声投诉及整改记录", "both", 3),
        ("TS02", "回访记录（{n}）", "ours", 1), ("TS01", "包装破损投诉记录", "theirs", 2), ("TS02", "售后评价表", "theirs", 1),
        ("TS01", "交货延误投诉处理结果", "ours", 2), ("TS02", "重点客户满意度调查报告", "ours", 7),
    ),
}  # fmt: skip
"""Three-letter class below ZY·KH → what a volume of it holds."""

OFFICE: tuple[tuple[str, str, str, int, dict[str, int]], ...] = (
    ("WS02", "关于调整重点客户信用额度的批复", "总经办", 2, {}), ("WS02", "关于调整重点客户信用额度的请示", "销售一部", 3, {}),
    ("WS03", "2025—2027 年客户服务工作规划", "客户服务部", 12, {"period_from": 2025, "period_to": 2027}),
    ("WS04", "2024—2025 年客户档案工作总结", "档案室", 8, {"period_from": 2024, "period_to": 2025}),
    ("WS05", "年度经销商大会会议纪要", "市场部", 5, {"period_from": 2025, "period_to": 2026}),
    ("WS01", "客户档案管理制度", "总经办", 14, {}), ("WS01", "客户档案借阅管理办法", "档案室", 6, {}), ("WS04", "第三季度客户回访工作报告", "客户服务部", 4, {}),
)  # fmt: skip
"""Papers of the company itself, filed by item; the second is the request that the first answers."""

WAITING: tuple[tuple[str, str, int], ...] = (
    ("20261118 {who} 阀门采购合同.pdf", "客户邮件", 0), ("20261119 {who} 合同附件一 技术规格.pdf", "客户邮件", 0),
    ("20261112 {who} 报价单.pdf", "销售一部交来", 0), ("营业执照-{who}-2026年换发.pdf", "销售一部交来", 1),
    ("20261105 走访记录 {who}.pdf", "业务员手机上传", 1), ("2026年10月对账单 {who}.pdf", "财务部交来", 2),
    ("IMG_20261116_0930.pdf", "收件文件夹：扫描仪一", 2), ("20261110 {who} 满意度调查表.pdf", "客户服务部交来", 3),
    ("关于延长 {who} 付款期限的函.pdf", "客户邮件", 3), ("20261120 {who} 投诉记录.pdf", "客户服务部交来", 4),
    ("20261101 {who} 送货签收单.pdf", "物流交来", 4), ("会议照片 {who}.pdf", "市场部交来", 5),
)  # fmt: skip
"""Files in the inbox: name, where from, which customer."""
