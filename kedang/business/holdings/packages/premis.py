"""PREMIS 3: the objects with their digests, what happened to them (filing, tests, custody, transfer), who did it, kept how long."""

from typing import Any
from xml.etree import ElementTree

from kedang.business.holdings.packages import SOFTWARE
from kedang.business.holdings.packages.contents import Contents
from kedang.business.holdings.packages.facts import people_of
from kedang.business.holdings.packages.xmlfacts import xml_text

PREMIS, XSI = "http://www.loc.gov/premis/v3", "http://www.w3.org/2001/XMLSchema-instance"
LOCATION = f"{PREMIS} https://www.loc.gov/standards/premis/premis.xsd"


def _add(parent: Any, name: str, text: Any = None, **attributes: str) -> Any:
    made = ElementTree.SubElement(parent, f"{{{PREMIS}}}{name}", attributes)
    if text is not None:
        made.text = xml_text(text)
    return made


def _identified(parent: Any, what: str, kind: str, value: Any) -> None:
    own = _add(parent, f"{what}Identifier")
    _add(own, f"{what}IdentifierType", kind)
    _add(own, f"{what}IdentifierValue", value)


def document(contents: Contents, files: str, *, of_representation: bool = False) -> bytes:
    """The document of the package, or the shorter one of its representation (objects only)."""
    ElementTree.register_namespace("premis", PREMIS)
    ElementTree.register_namespace("xsi", XSI)
    root = ElementTree.Element(f"{{{PREMIS}}}premis", {"version": "3.0", f"{{{XSI}}}schemaLocation": LOCATION})
    if not of_representation:
        _whole(root, contents)
    for item in contents.items:
        for one in item["files"]:
            if one["path"]:
                _file(root, files, one)
    if of_representation and len(root) == 0:
        _whole(root, contents)
    if not of_representation:
        _events(root, contents)
        _agents(root, contents)
        _rights(root, contents)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _whole(root: Any, contents: Contents) -> None:
    made = _add(root, "object", **{f"{{{XSI}}}type": "premis:intellectualEntity"})
    _identified(made, "object", "reference code", contents.head["code"])
    _add(made, "originalName", contents.head["title"])


def _file(root: Any, files: str, one: dict[str, Any]) -> None:
    made = _add(root, "object", **{f"{{{XSI}}}type": "premis:file"})
    _identified(made, "object", "path", f"{files}/{one['path']}")
    about = _add(made, "objectCharacteristics")
    for algorithm in ("sha256", "sm3"):
        fixity = _add(about, "fixity")
        _add(fixity, "messageDigestAlgorithm", {"sha256": "SHA-256", "sm3": "SM3"}[algorithm])
        _add(fixity, "messageDigest", one[algorithm])
    _add(about, "size", one["size"])
    _add(_add(_add(about, "format"), "formatDesignation"), "formatName", one["media_type"])
    _add(made, "originalName", one["name"])


def _events(root: Any, contents: Contents) -> None:
    told = [line for part in contents.parts for line in _told_of(part, contents.head["code"])]
    facts, code = contents.facts, contents.head["code"]
    told.append(("packaging", facts["made_at"], facts["format"], "success", facts["made_by"], code))
    for number, (kind, at, detail, outcome, who, what) in enumerate(told, 1):
        event = _add(root, "event")
        _identified(event, "event", "local", f"event-{number}")
        _add(event, "eventType", kind)
        _add(event, "eventDateTime", at)
        _add(_add(event, "eventDetailInformation"), "eventDetail", detail)
        if outcome:
            _add(_add(event, "eventOutcomeInformation"), "eventOutcome", outcome)
        if who:
            _linked(event, "linkingAgent", "name", who)
        _linked(event, "linkingObject", "reference code", what)


def _told_of(facts: Any, code: str) -> list[tuple[str, str, str, str, str, str]]:
    """Kind, instant, detail, outcome, who and about what, of everything that happened to a volume or to loose items."""
    told: list[tuple[str, str, str, str, str, str]] = []
    for item in facts["items"]:
        told += [
            (
                "filing",
                trace["made_at"],
                f"{trace['step']}: {trace['because']} {trace['reason']}".strip(),
                "",
                trace["made_by"],
                code,
            )
            for trace in item["traces"]
        ]
    told += [
        ("note", note["made_at"], f"{note['kind']}: {note['text']}", "", note["made_by"], code)
        for note in facts["notes"]
    ]
    told += [("movement", one["since"], f"{one['what']} → {one['location']} {one['reason']}".strip(), "", one["moved_by"], code)
             for one in facts["custody"]]  # fmt: skip
    told += [("validation", run["made_at"], f"DA/T 70-2018 {run['occasion']} {run['rules_version']}", run["verdict"], run["made_by"], code)
             for run in facts["checks"]]  # fmt: skip
    told += [("transfer", one["received_at"], one["number"], one["state"], (one["received_by"] or {}).get("name", ""), code)
             for one in facts["transfers"] if one["received_at"]]  # fmt: skip
    return told


def _linked(parent: Any, what: str, kind: str, value: Any) -> None:
    own = _add(parent, f"{what}Identifier")
    _add(own, f"{what}IdentifierType", kind)
    _add(own, f"{what}IdentifierValue", value)


def _agents(root: Any, contents: Contents) -> None:
    received = [(one["received_by"] or {}).get("name", "") for part in contents.parts for one in part["transfers"]]
    named = [name for part in contents.parts for name in people_of(part)]
    for name in dict.fromkeys([*named, *filter(None, [*received, contents.facts["made_by"]])]):
        agent = _add(root, "agent")
        _identified(agent, "agent", "name", name)
        _add(agent, "agentName", name)
        _add(agent, "agentType", "person")
    agent = _add(root, "agent")
    _identified(agent, "agent", "software", SOFTWARE)
    _add(agent, "agentName", SOFTWARE)
    _add(agent, "agentType", "software")


def _rights(root: Any, contents: Contents) -> None:
    """Retention and holds: PREMIS has no element for either, so they stand as a statement in words."""
    for number, part in enumerate(contents.parts, 1):
        if part.get("retention"):
            _statement(root, part, "retention" if len(contents.parts) == 1 else f"retention-{number}")


def _statement(root: Any, part: Any, name: str) -> None:
    retention, holds = part["retention"], part["holds"]
    statement = _add(_add(root, "rights"), "rightsStatement")
    _identified(statement, "rightsStatement", "local", name)
    _add(statement, "rightsBasis", "other")
    other = _add(statement, "otherRightsInformation")
    _add(other, "otherRightsBasis", "retention")
    years = retention.get("years")
    since = "、".join(f"{hold['number']}（自 {hold['since'][:10]} 起）" for hold in holds)
    told = f"保管期限 {retention.get('name', '')}（{retention.get('code', '')}）；冻结 {len(holds)} 项"
    _add(other, "otherRightsNote", f"{told}：{since}" if holds else told)
    _add(
        other,
        "otherRightsNote",
        f"retention: {'permanent' if years is None else f'{years} years'}; holds: {len(holds)}",
    )
