"""Models of the customer master, one file per noun."""

from kedang.business.customers.models.changes import ChangeLine, ChangeRequest, DossierRules
from kedang.business.customers.models.classes import ClassAxis, ClassTerm, CustomerClass, DossierRequirement
from kedang.business.customers.models.customer import Customer, CustomerProfile, FormerName
from kedang.business.customers.models.people import Contact, KeyPerson

__all__ = [
    "ChangeLine",
    "ChangeRequest",
    "ClassAxis",
    "ClassTerm",
    "Contact",
    "Customer",
    "CustomerClass",
    "CustomerProfile",
    "DossierRequirement",
    "DossierRules",
    "FormerName",
    "KeyPerson",
]
