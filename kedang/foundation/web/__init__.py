"""Page furniture: the frame, lists, details, forms, verbs, history and export. It knows no business noun.

How a room uses it (its *upper floor* only: ``panels.py``, ``views.py``, ``urls.py`` …; see ``docs/cookbook/add-a-record.md``)::

    # panels.py: loaded by itself at start-up
    from kedang.foundation.web.menu import Entry, menu
    from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

    class CustomerPages(RecordPages):
        model = Customer
        prefix = "customers"                     # /customers/, names customers:customer-list, customer-detail …
        panels = (Panel(_("基本信息"), ("number", "name", "kind")), …)   # detail page and form are derived from these
        columns = ("number", Column("name", lead=True), "kind", "region")
        filters = ("name", "kind", Filter("region"))
        create_action, change_action = "customers.create", "customers.change"
        create_service, change_service = customer_create, customer_change
        verbs = (Verb("withdraw", _("停用"), customer_withdraw, action="customers.withdraw", reason=True),)

    menu.add(Entry(pgettext_lazy("多条", "客户"), "customers:customer-list", icon="users", action="customers.view", group="dossiers"))

    # urls.py
    app_name = "customers"
    urlpatterns = CustomerPages.urls()

Pages of another shape extend ``web/base.html`` (blocks ``title``, ``crumbs``, ``heading``, ``actions``, ``content``) and inherit
:class:`~kedang.foundation.web.pages.Page`, which asks for the right and knows the actor. ``Refused`` raised by a service becomes a
form error with the same sentence; ``OutOfScope`` a 404; ``not_allowed`` a 403 with its reason.
"""
