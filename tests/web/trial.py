"""A declaration as a room would write it, over customers, with every kind of thing that the furniture offers."""

from django.db.models import Q
from django.urls import include, path

from kedang.business.customers.models import Customer
from kedang.business.customers.services import customer_change, customer_create, customer_grade
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Tab, Verb, View
from kedang.project.urls import handler403, handler404, handler500
from kedang.project.urls import urlpatterns as real

TRIAL_READ = EventType("trial.read", "查看", "read")


class TrialPages(RecordPages):
    model = Customer
    namespace = "trial"
    prefix = "trial"
    takes_values = True
    head_code, head_tags, head_keys = "number", ("party_kind",), ("phone",)
    panels = (
        Panel(
            "基本信息",
            ("number", "name", "party_kind", "uscc", "established_on", "registered_capital", "business_scope"),
        ),
        Panel("联系方式", ("phone", "mobile", "address", "bank_account")),
        Panel("评价", ("grade", "grade_reason"), readonly=("grade", "grade_reason")),
    )
    columns = (
        Column("number", sort=True),
        Column("name", lead=True),
        Column("party_kind", tones={"enterprise": "blue"}),
        "phone",
        Column("registered_capital", sort=True),
        Column("grade", shown=False),
        Column("responsible"),
    )
    default_sort = ("-pk",)
    filters = (
        "name",
        "party_kind",
        Filter("established_on"),
        Filter("registered_capital", basic=False),
        Filter("address", basic=False),
        "grade",
    )
    views = (View("mine", "我的", lambda actor: Q(responsible_id=actor.pk)),)
    create_action, change_action = "customers.create", "customers.change"
    unmask_action, export_action = "customers.unmask", "customers.export"
    create_service, change_service = customer_create, customer_change
    create_fields = ("name", "party_kind", "uscc", "established_on", "registered_capital", "phone")
    read_event = TRIAL_READ
    tabs = (Tab("names", "曾用名", "web/parts/empty.html", lambda a, o: list(o.former_names.all()), lambda a, o: 3),)
    verbs = (
        Verb(
            "grade", "评定等级", lambda *, actor, customer, reason: customer_grade(actor=actor, customer=customer, grade="A", reason=reason),
            action="customers.grade", confirm="等级会显示在档案首页。", reason=True, batch=True,
        ),
    )  # fmt: skip


TrialPages.argument = "customer"

urlpatterns = [*real, path("", include((TrialPages.urls(), "trial")))]

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]
