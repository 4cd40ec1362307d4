"""The facts once more as XML, for readers to whom JSON means nothing; its shape is told by ``kedang-volume-1.xsd``."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

NAMESPACE = "urn:kedang:volume:1"
SCHEMA = Path(__file__).with_name("kedang-volume-1.xsd")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(value: Any) -> str:
    """Text that XML can carry; what it cannot is shown as the sign for the unreadable."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("\ufffd", str(value))


def facts_xml(facts: dict[str, Any], name: str = "volume") -> bytes:
    """The document; ``name`` of its root element: a volume, or a dossier."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.Element(f"{{{NAMESPACE}}}{name}", {"version": "1"})
    _fill(root, facts)
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _fill(parent: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        _add(parent, name, value)


def _add(parent: Any, name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, dict):
        _fill(ElementTree.SubElement(parent, f"{{{NAMESPACE}}}record", {"name": xml_text(name)}), value)
    elif isinstance(value, list):
        line = ElementTree.SubElement(parent, f"{{{NAMESPACE}}}list", {"name": xml_text(name)})
        for one in value:
            _add(line, name, one)
    else:
        ElementTree.SubElement(parent, f"{{{NAMESPACE}}}field", {"name": xml_text(name)}).text = xml_text(value)
