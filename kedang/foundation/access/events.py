"""Vocabulary of the trail for people, rights and sign-in."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

SIGNED_IN = EventType("access.signed_in", _("登录"), "sign_in")
SIGN_IN_FAILED = EventType("access.sign_in_failed", _("登录失败"), "sign_in")
SIGN_IN_LOCKED = EventType("access.sign_in_locked", _("账号锁定"), "sign_in")
SIGNED_OUT = EventType("access.signed_out", _("退出"), "sign_in")
PASSWORD_CHANGED = EventType("access.password_changed", _("修改密码"), "admin")
FIELD_UNMASKED = EventType("access.field_unmasked", _("查看完整内容"), "disclose")
REFUSED = EventType("access.refused", _("越权被拒"), "refuse")
FONDS_CREATED = EventType("access.fonds_created", _("建立全宗"), "admin")
FONDS_CHANGED = EventType("access.fonds_changed", _("修改全宗"), "admin")
DEPARTMENT_CREATED = EventType("access.department_created", _("建立部门"), "admin")
DEPARTMENT_MOVED = EventType("access.department_moved", _("调整上级部门"), "admin")
DEPARTMENT_CHANGED = EventType("access.department_changed", _("修改部门"), "admin")
PERSON_CREATED = EventType("access.person_created", _("建立人员"), "admin")
PERSON_CHANGED = EventType("access.person_changed", _("修改人员"), "admin")
PERSON_DEACTIVATED = EventType("access.person_deactivated", _("停用账号"), "admin")
PERSON_ACTIVATED = EventType("access.person_activated", _("启用账号"), "admin")
PASSWORD_RESET = EventType("access.password_reset", _("重置密码"), "admin")
LANGUAGE_CHANGED = EventType("access.language_changed", _("修改界面语言"), "admin")
PERSON_UNLOCKED = EventType("access.person_unlocked", _("解除锁定"), "admin")
ROLE_CREATED = EventType("access.role_created", _("建立角色"), "admin")
ROLE_CHANGED = EventType("access.role_changed", _("修改角色"), "admin")
ROLE_REMOVED = EventType("access.role_removed", _("删除角色"), "admin")
GRANT_GIVEN = EventType("access.grant_given", _("授权"), "admin")
GRANT_ENDED = EventType("access.grant_ended", _("收回授权"), "admin")
EVENTS_EXPORTED = EventType("audit.exported", _("导出留痕"), "disclose")
EVENTS_VIEWED = EventType("audit.viewed", _("查阅留痕"), "read")
