"""Addresses of this room."""

from django.urls import path

from kedang.foundation.access.panels import GrantPages, PersonPages
from kedang.foundation.access.tables import EventPages
from kedang.foundation.access.views import departments, door, events, factors, mine, people, roles, rules, seals

app_name = "access"

urlpatterns = [
    path("sign-in/", door.SignIn.as_view(), name="sign-in"),
    path("sign-in/second/", door.SecondStep.as_view(), name="second-step"),
    path("passkeys/options/<str:purpose>/", door.PasskeyOptions.as_view(), name="passkey-options"),
    path("sign-out/", door.SignOut.as_view(), name="sign-out"),
    path("first-run/", door.FirstRun.as_view(), name="first-run"),
    path("me/", mine.MyPage.as_view(), name="my-page"),
    path("me/password/", mine.PasswordChange.as_view(), name="password-change"),
    path("me/second-step/", factors.FactorsFirst.as_view(), name="factors-first"),
    path("me/second-step/code/", factors.TotpAdd.as_view(), name="factor-totp"),
    path("me/second-step/passkey/", factors.PasskeyAdd.as_view(), name="passkey-add"),
    path("me/second-step/<int:pk>/remove/", factors.FactorRemove.as_view(), name="factor-remove"),
    path("me/recovery-codes/", factors.RecoveryCodes.as_view(), name="recovery-codes"),
    path("me/sessions/end/", factors.SessionsEnd.as_view(), name="sessions-end"),
    path("settings/sign-in/", rules.SignInRules.as_view(), name="sign-in-rules"),
    path("people/<int:pk>/grants/new/", people.GrantGive.as_view(), name="grant-give"),
    *PersonPages.urls(),
    *GrantPages.urls(),
    path("departments/", departments.DepartmentTree.as_view(), name="department-list"),
    path("departments/new/", departments.DepartmentEdit.as_view(), name="department-create"),
    path("departments/<int:pk>/edit/", departments.DepartmentEdit.as_view(), name="department-edit"),
    path("departments/<int:pk>/switch/", departments.DepartmentSwitch.as_view(), name="department-switch"),
    path("roles/", roles.RoleList.as_view(), name="role-list"),
    path("roles/new/", roles.RoleEdit.as_view(), name="role-create"),
    path("roles/<int:pk>/edit/", roles.RoleEdit.as_view(), name="role-edit"),
    path("roles/<int:pk>/remove/", roles.RoleRemove.as_view(), name="role-remove"),
    *EventPages.urls(),
    path("audit/seals/", seals.SealPage.as_view(), name="seals"),
    path("audit/seals/verify/", seals.SealVerify.as_view(), name="seal-verify"),
    path("audit/seals/bundle/", seals.BundleAsk.as_view(), name="bundle-ask"),
    path("audit/bundles/<int:pk>/", seals.BundleFile.as_view(), name="bundle"),
    path("audit/<int:pk>/", events.EventDetail.as_view(), name="event-detail"),
    path("audit/of/<str:kind>/<int:pk>/", events.SubjectTrail.as_view(), name="subject-trail"),
]
