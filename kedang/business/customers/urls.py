"""Addresses of this room."""

from django.urls import path

from kedang.business.customers.panels import ContactPages, CustomerPages, KeyPersonPages, ProfilePages
from kedang.business.customers.views.change_looking import ChangeUnmask
from kedang.business.customers.views.children import ContactForm, KeyPersonForm
from kedang.business.customers.views.form import CascadeOptions, Duplicates
from kedang.business.customers.views.gaps import Gaps
from kedang.business.customers.views.papers import Card, ListPrint
from kedang.business.customers.views.register import Register, RegisterExport, RegisterPrint
from kedang.business.customers.views.rules import ChangeCallOff, DossierRulesPage
from kedang.business.customers.views.settings import AxisList, Requirements
from kedang.business.customers.views.tabs import ProfileForm

app_name = "customers"

urlpatterns = [
    path("customers/duplicates/", Duplicates.as_view(), name="duplicates"),
    path("customers/options/<str:kind>/", CascadeOptions.as_view(), name="cascade"),
    path("customers/print.pdf", ListPrint.as_view(pages=CustomerPages), name="list-print"),
    path("customers/register/", Register.as_view(), name="register"),
    path("customers/register/print.pdf", RegisterPrint.as_view(), name="register-print"),
    path("customers/register/export/", RegisterExport.as_view(), name="register-export"),
    path("customers/gaps/", Gaps.as_view(), name="gaps"),
    path("customers/<int:pk>/card.pdf", Card.as_view(), name="card"),
    path("customers/<int:customer_pk>/contacts/new/", ContactForm.as_view(pages=ContactPages), name="contact-create"),
    path(
        "customers/<int:customer_pk>/key-persons/new/",
        KeyPersonForm.as_view(pages=KeyPersonPages),
        name="key-person-create",
    ),
    path(
        "customers/<int:customer_pk>/profile/edit/",
        ProfileForm.as_view(pages=ProfilePages),
        name="customer-profile-edit",
    ),
    *CustomerPages.urls(),
    *ContactPages.urls(),
    *KeyPersonPages.urls(),
    *ProfilePages.urls(),
    path("settings/classes/", AxisList.as_view(), name="axis-list"),
    path("customers/changes/<int:pk>/call-off/", ChangeCallOff.as_view(), name="change-call-off"),
    path("customers/changes/<int:pk>/values/<str:field>/", ChangeUnmask.as_view(), name="change-unmask"),
    path("settings/dossier-rules/", DossierRulesPage.as_view(), name="dossier-rules"),
    path("settings/completeness/", Requirements.as_view(), name="requirements"),
]
