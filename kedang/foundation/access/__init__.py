"""People, departments, roles, grants, policies, clearance and field secrecy, sign-in.

The permission rule is a query: a :class:`~.policies.Policy` per model turns an actor's grants into a ``Q``; lists, pages,
buttons, services and tests derive from it. The veil (:mod:`.veil`) is the only reader of field values for any exit.
"""
