"""What can be imported: the declared fields of a kind of record."""

from kedang.foundation.kernel.importing import ImportTarget
from kedang.foundation.kernel.refused import Refused


def target_of(key: str) -> ImportTarget:
    """The declaration of a kind of record; customers are the one there is so far."""
    from kedang.business.customers.imports import customer_target

    if key != "customers":
        raise Refused("target_unknown", f"没有可导入的对象“{key}”。")
    return customer_target()
