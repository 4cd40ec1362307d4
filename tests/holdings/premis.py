"""What the data dictionary of PREMIS 3 and its published schema ask of the elements that we write: order, how often, required ones.

Not the schema itself: no package of a fitting licence carries it. This table restates, from the documentation, the part that our documents
use; an element that is not in it is a mistake.
"""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

PREMIS, XSI = "{http://www.loc.gov/premis/v3}", "{http://www.w3.org/2001/XMLSchema-instance}"
#: Element → its children in order, with how often: 1 once, ? at most once, + once or more, * any number. A text has no children.
STRUCTURE: dict[str, tuple[str, ...]] = {
    "premis": ("object+", "event*", "agent*", "rights*"),
    "object/intellectualEntity": ("objectIdentifier+", "originalName?"),
    "object/file": ("objectIdentifier+", "objectCharacteristics+", "originalName?"),
    "objectIdentifier": ("objectIdentifierType", "objectIdentifierValue"),
    "objectCharacteristics": ("fixity*", "size?", "format+"),
    "fixity": ("messageDigestAlgorithm", "messageDigest"),
    "format": ("formatDesignation",),
    "formatDesignation": ("formatName",),
    "event": (
        "eventIdentifier", "eventType", "eventDateTime", "eventDetailInformation*", "eventOutcomeInformation*", "linkingAgentIdentifier*",
        "linkingObjectIdentifier*",
    ),
    "eventIdentifier": ("eventIdentifierType", "eventIdentifierValue"),
    "eventDetailInformation": ("eventDetail",),
    "eventOutcomeInformation": ("eventOutcome",),
    "linkingAgentIdentifier": ("linkingAgentIdentifierType", "linkingAgentIdentifierValue"),
    "linkingObjectIdentifier": ("linkingObjectIdentifierType", "linkingObjectIdentifierValue"),
    "agent": ("agentIdentifier+", "agentName*", "agentType?"),
    "agentIdentifier": ("agentIdentifierType", "agentIdentifierValue"),
    "rights": ("rightsStatement+",),
    "rightsStatement": ("rightsStatementIdentifier", "rightsBasis", "otherRightsInformation?"),
    "rightsStatementIdentifier": ("rightsStatementIdentifierType", "rightsStatementIdentifierValue"),
    "otherRightsInformation": ("otherRightsBasis", "otherRightsNote*"),
}  # fmt: skip


def premis_problems(path: Path) -> list[str]:
    """What is wrong with a document, element by element, and with what its links lead to."""
    root = ElementTree.parse(path).getroot()
    found = [] if root.attrib.get("version") == "3.0" else ["version"]
    found += _walk(root, "premis")
    identifiers = {
        (one.findtext(f"{PREMIS}{kind}IdentifierType"), one.findtext(f"{PREMIS}{kind}IdentifierValue"))
        for kind in ("object", "agent")
        for one in root.iter(f"{PREMIS}{kind}Identifier")
    }
    for kind in ("Agent", "Object"):
        for one in root.iter(f"{PREMIS}linking{kind}Identifier"):
            name = f"{PREMIS}linking{kind}Identifier"
            pair = (one.findtext(f"{name}Type"), one.findtext(f"{name}Value"))
            found += [] if pair in identifiers else [f"linking{kind}Identifier leads nowhere: {pair}"]
    events = [one.text for one in root.iter(f"{PREMIS}eventIdentifierValue")]
    return found + (["eventIdentifierValue twice"] if len(events) != len(set(events)) else [])


def _walk(element: Any, where: str) -> list[str]:
    name = element.tag.removeprefix(PREMIS)
    kind = element.attrib.get(f"{XSI}type", "").removeprefix("premis:")
    rule = STRUCTURE.get(f"{name}/{kind}" if kind else name)
    if rule is None:
        if len(element):
            return [f"{where}: unknown"]
        return [] if (element.text or "").strip() else [f"{where}: empty"]
    names = [child.tag.removeprefix(PREMIS) for child in element]
    found, at = [], 0
    for part in rule:
        wanted, often = (part[:-1], part[-1]) if part[-1] in "?+*" else (part, "1")
        count = 0
        while at < len(names) and names[at] == wanted:
            at, count = at + 1, count + 1
        if (often in "1+" and not count) or (often in "1?" and count > 1):
            found.append(f"{where}: {count} × {wanted}")
    if at < len(names):
        found.append(f"{where}: {names[at]} out of place")
    return found + [one for child in element for one in _walk(child, f"{where}/{child.tag.removeprefix(PREMIS)}")]
