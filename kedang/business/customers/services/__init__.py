"""The verbs of the customer master. Every entrance (page, API, import, demo, shell) calls these."""

from kedang.business.customers.services.axes import axis_change, axis_create, term_change, term_create
from kedang.business.customers.services.classing import classes_set
from kedang.business.customers.services.contacts import contact_add, contact_change, contact_leave
from kedang.business.customers.services.customers import (
    customer_change,
    customer_create,
    customer_grade,
    customer_kind_change,
    customer_withdraw,
    former_name_add,
)
from kedang.business.customers.services.key_persons import key_person_add, key_person_change, key_person_remove
from kedang.business.customers.services.profiles import profile_change
from kedang.business.customers.services.requirements import requirements_set
from kedang.business.customers.services.reviewing import review_pass, review_refuse, review_return, review_submit
from kedang.business.customers.services.rules import dossier_rules_set

__all__ = [
    "axis_change",
    "axis_create",
    "classes_set",
    "contact_add",
    "contact_change",
    "contact_leave",
    "customer_change",
    "customer_create",
    "customer_grade",
    "customer_kind_change",
    "customer_withdraw",
    "dossier_rules_set",
    "former_name_add",
    "key_person_add",
    "key_person_change",
    "key_person_remove",
    "profile_change",
    "requirements_set",
    "review_pass",
    "review_refuse",
    "review_return",
    "review_submit",
    "term_change",
    "term_create",
]
