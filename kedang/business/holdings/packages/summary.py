"""What a package holds, in plain words and figures: for the report that people read before they import it."""

from typing import Any

from kedang.business.holdings.packages.reading import items_of, parts_of

MOST_LISTED = 200


def summary_of(facts: dict[str, Any]) -> dict[str, Any]:
    """From whom, made when, which volumes, how many items and files, how secret."""
    parts, items = parts_of(facts), items_of(facts)
    volumes = [one["volume"] for one in parts if "volume" in one]
    levels = [1, *(int(one["secrecy_level"] or 0) for one in (*volumes, *items))]
    customer = facts.get("customer")
    if customer is not None:
        levels.append(int(customer["secrecy_level"] or 0))
        title = f"{customer['number']} {customer['name']}"
    else:
        title = f"{volumes[0]['reference_code']} {volumes[0]['title']}"
    files = [one for item in items for one in item["files"]]
    return {
        "title": title[:300], "origin": f"{facts['fonds']['code']} {facts['fonds']['name']}"[:120], "made_at": facts["made_at"],
        "made_by": facts["made_by"], "is_dossier": customer is not None, "secrecy_level": max(levels),
        "volumes": [
            {"code": one["reference_code"], "title": one["title"], "items": one["item_count"], "pages": one["page_count"]}
            for one in volumes[:MOST_LISTED]
        ],
        "volume_count": len(volumes), "item_count": len(items),
        "loose_count": sum(len(one["items"]) for one in parts if "volume" not in one),
        "file_count": len(files), "erased_count": sum(1 for one in files if not one["path"]),
        "contact_count": len(customer["contacts"]) if customer is not None else 0,
        "veiled": sorted({name for one in parts for name in one["veiled"]}),
    }  # fmt: skip
