"""Addresses of this room."""

from django.urls import path

from kedang.foundation.access.panels import GrantPages, PersonPages
from kedang.foundation.access.tables import EventPages
from kedang.foundation.access.views import departments, door, events, mine, people, roles

app_name = "access"

urlpatterns = [
    path("sign-in/", door.SignIn.as_view(), name="sign-in"),
    path("sign-out/", door.SignOut.as_view(), name="sign-out"),
    path("first-run/", door.FirstRun.as_view(), name="first-run"),
    path("me/", mine.MyPage.as_view(), name="my-page"),
    path("me/password/", mine.PasswordChange.as_view(), name="password-change"),
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
    path("audit/<int:pk>/", events.EventDetail.as_view(), name="event-detail"),
    path("audit/of/<str:kind>/<int:pk>/", events.SubjectTrail.as_view(), name="subject-trail"),
]
