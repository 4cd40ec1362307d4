"""METS documents as E-ARK CSIP 2.1 asks for them: one for the package, one for its representation; and a Dublin Core record."""

import mimetypes
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from kedang import __version__
from kedang.business.holdings.packages import SOFTWARE
from kedang.business.holdings.packages.contents import Contents
from kedang.business.holdings.packages.xmlfacts import xml_text
from kedang.business.holdings.packages.zipped import Written

METS, CSIP, XLINK = (
    "http://www.loc.gov/METS/",
    "https://DILCIS.eu/XML/METS/CSIPExtensionMETS",
    "http://www.w3.org/1999/xlink",
)
XSI, DC, OAI = (
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://purl.org/dc/elements/1.1/",
    "http://www.openarchives.org/OAI/2.0/oai_dc/",
)
PROFILE = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
LOCATIONS = (
    f"{METS} http://www.loc.gov/standards/mets/mets.xsd {CSIP} https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd "
    f"{XLINK} http://www.loc.gov/standards/mets/xlink.xsd"
)
_ENDINGS = {
    ".jsonl": "application/json",
    ".json": "application/json",
    ".xsd": "text/xml",
    ".xml": "text/xml",
    ".txt": "text/plain",
}


class _Document:
    """One METS document under construction. Identifiers are made of a name space and a count, and are unique in it."""

    def __init__(self, contents: Contents, objid: str, written: Mapping[str, Written], below: str = "") -> None:
        self.contents, self.written, self.below, self._count = contents, written, f"{below}/" if below else "", 0
        for prefix, uri in (("mets", METS), ("csip", CSIP), ("xlink", XLINK), ("xsi", XSI)):
            ElementTree.register_namespace(prefix, uri)
        self.root = ElementTree.Element(f"{{{METS}}}mets", {
            "OBJID": objid, "LABEL": xml_text(contents.head["title"]), "TYPE": "Mixed", "PROFILE": PROFILE, **self.content_type,
            f"{{{XSI}}}schemaLocation": LOCATIONS,
        })  # fmt: skip
        self.objid = objid
        self._header()

    @property
    def content_type(self) -> dict[str, str]:
        """What kind of content it is, in the words of CSIP."""
        kind = {"CONTENTINFORMATIONTYPE": "OTHER", "OTHERCONTENTINFORMATIONTYPE": self.contents.content_type}
        return {f"{{{CSIP}}}{name}": value for name, value in kind.items()}

    def identifier(self, kind: str) -> str:
        """A fresh one."""
        self._count += 1
        return f"{kind}-{uuid.uuid5(uuid.NAMESPACE_URL, f'{self.objid}/{self.contents.stamp}')}-{self._count}"

    def add(self, parent: Any, name: str, **attributes: str) -> Any:
        """An element below another; attributes with a prefix are written ``xlink_href``."""
        prefixes = {"xlink": XLINK, "csip": CSIP}
        named = {}
        for key, value in attributes.items():
            prefix, _line, rest = key.partition("_")
            named[f"{{{prefixes[prefix]}}}{rest}" if prefix in prefixes else key] = value
        return ElementTree.SubElement(parent, f"{{{METS}}}{name}", named)

    def _header(self) -> None:
        stamp = self.contents.stamp
        header = self.add(
            self.root, "metsHdr", CREATEDATE=stamp, LASTMODDATE=stamp, RECORDSTATUS="NEW", csip_OAISPACKAGETYPE="AIP"
        )
        software = self.add(header, "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
        self.add(software, "name").text = SOFTWARE
        self.add(software, "note", csip_NOTETYPE="SOFTWARE VERSION").text = __version__
        archive = self.add(header, "agent", ROLE="ARCHIVIST", TYPE="ORGANIZATION")
        self.add(archive, "name").text = xml_text(self.contents.facts["fonds"]["name"])
        self.add(archive, "note", csip_NOTETYPE="IDENTIFICATIONCODE").text = xml_text(
            self.contents.facts["fonds"]["code"]
        )

    def _facts_of(self, path: str) -> dict[str, str]:
        one = self.written[path]
        return {
            "MIMETYPE": self.media_type(path), "SIZE": str(one.size), "CREATED": self.contents.stamp, "CHECKSUM": one.sha256,
            "CHECKSUMTYPE": "SHA-256",
        }  # fmt: skip

    def media_type(self, path: str) -> str:
        """By content for the volume's own files, by ending for ours."""
        inside = path.partition("/data/")[2]
        if inside in self.contents.media_types:
            return self.contents.media_types[inside]
        ending = path[path.rfind(".") :]
        return _ENDINGS.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream"

    def href(self, path: str) -> str:
        """Address relative to this document."""
        return quote(path.removeprefix(self.below), safe="/")

    def described(self, section: str, path: str, **kind: str) -> str:
        """A section of metadata that lies in a file; its identifier."""
        own = self.identifier(section)
        if section == "dmdSec":
            parent = self.add(self.root, "dmdSec", ID=own, CREATED=self.contents.stamp, STATUS="CURRENT")
        else:
            above = self.root.find(f"{{{METS}}}amdSec")
            above = self.add(self.root, "amdSec") if above is None else above
            parent = self.add(above, section, ID=own, CREATED=self.contents.stamp, STATUS="CURRENT")
        link = {"xlink_type": "simple", "xlink_href": self.href(path)}
        self.add(parent, "mdRef", ID=self.identifier("mdRef"), LOCTYPE="URL", **link, **kind, **self._facts_of(path))
        return own

    def group(self, section: Any, use: str, paths: Iterable[str]) -> str:
        """A group of files; its identifier."""
        own = self.identifier("fileGrp")
        group = self.add(section, "fileGrp", ID=own, USE=use)
        group.attrib.update(self.content_type)
        for path in paths:
            one = self.add(group, "file", ID=self.identifier("file"), **self._facts_of(path))
            self.add(one, "FLocat", LOCTYPE="URL", xlink_type="simple", xlink_href=self.href(path))
        return own

    def division(self, parent: Any, label: str, *, group: str = "", **attributes: str) -> Any:
        """A division of the structural map."""
        made = self.add(parent, "div", ID=self.identifier("div"), LABEL=label, **attributes)
        if group:
            self.add(made, "fptr", FILEID=group)
        return made

    def map(self) -> Any:
        """The one structural map, and its single division."""
        where = self.add(self.root, "structMap", ID=self.identifier("structMap"), TYPE="PHYSICAL", LABEL="CSIP")
        return self.division(where, self.objid)

    def finish(self) -> bytes:
        """The document."""
        ElementTree.indent(self.root)
        return bytes(ElementTree.tostring(self.root, encoding="UTF-8", xml_declaration=True))


def package(contents: Contents, written: Mapping[str, Written], representation: str) -> bytes:
    """METS.xml of the package."""
    made = _Document(contents, contents.root, written)
    described = [
        made.described("dmdSec", "metadata/descriptive/dc.xml", MDTYPE="DC"),
        made.described("dmdSec", f"metadata/descriptive/{contents.name}.xml", MDTYPE="OTHER", OTHERMDTYPE="KEDANG"),
        made.described("dmdSec", f"metadata/descriptive/{contents.name}.json", MDTYPE="OTHER", OTHERMDTYPE="KEDANG"),
    ]
    kept = [made.described("digiprovMD", "metadata/preservation/premis.xml", MDTYPE="PREMIS")]
    kept += [
        made.described("digiprovMD", f"metadata/other/{name}", MDTYPE="OTHER", OTHERMDTYPE="KEDANG-LOG")
        for name in ("events.jsonl", "seals.jsonl", "keys.json")
    ]
    section = made.add(made.root, "fileSec", ID=made.identifier("fileSec"))
    documentation = made.group(section, "Documentation", ["documentation/README.txt"])
    schemas = made.group(section, "Schemas", ["schemas/kedang-volume-1.xsd"])
    label = f"R{representation[1:]}"
    content = made.group(section, label, [f"{representation}/METS.xml"])
    top = made.map()
    made.division(top, "Metadata", ADMID=" ".join(kept), DMDID=" ".join(described))
    made.division(top, "Documentation", group=documentation)
    made.division(top, "Schemas", group=schemas)
    above = made.division(top, "Representations", group=content)
    one = made.division(above, label)
    pointer = {"xlink_type": "simple", "xlink_href": f"{representation}/METS.xml", "xlink_title": content}
    made.add(one, "mptr", LOCTYPE="URL", **pointer)
    return made.finish()


def representation(contents: Contents, written: Mapping[str, Written], where: str) -> bytes:
    """METS.xml of the representation: the files as they came."""
    made = _Document(contents, where.rpartition("/")[2], written, where)
    kept = made.described("digiprovMD", f"{where}/metadata/preservation/premis.xml", MDTYPE="PREMIS")
    paths = [path for path in written if path.startswith(f"{where}/data/")]
    top_group = ""
    if paths:
        section = made.add(made.root, "fileSec", ID=made.identifier("fileSec"))
        top_group = made.group(section, "Data", paths)
    top = made.map()
    made.division(top, "Metadata", ADMID=kept)
    made.division(top, "Data", group=top_group)
    return made.finish()


def dublin_core(contents: Contents) -> bytes:
    """What is packed, in fifteen words that every catalogue understands."""
    facts, head = contents.facts, contents.head
    for prefix, uri in (("oai_dc", OAI), ("dc", DC)):
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.Element(f"{{{OAI}}}dc")
    authors = dict.fromkeys(item["author"] for item in contents.items if item["author"])
    lines = [
        ("title", head["title"]), ("identifier", head["code"]), ("publisher", facts["fonds"]["name"]),
        *(("creator", author) for author in authors), ("date", head["dates"]), ("type", "Collection"), ("language", "zh"),
        ("subject", head["subject"]), ("rights", head["retention"]), ("extent", head["extent"]),
    ]  # fmt: skip
    for name, value in lines:
        if value not in (None, ""):
            ElementTree.SubElement(root, f"{{{DC}}}{'description' if name == 'extent' else name}").text = xml_text(
                value
            )
    return bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))
