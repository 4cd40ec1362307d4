"""A volume or dossier as an E-ARK CSIP 2.1 package: METS at the root and in the representation, PREMIS, facts, schema, documentation."""

from collections.abc import Iterator

from kedang.business.holdings.packages import mets, premis
from kedang.business.holdings.packages.contents import Contents
from kedang.business.holdings.packages.zipped import Member, Written

REPRESENTATION = "representations/original"
FILES = f"{REPRESENTATION}/data"
DESCRIPTIVE, PRESERVATION, OTHER = "metadata/descriptive", "metadata/preservation", "metadata/other"
PLACES = {
    **{f"{name}.{ending}": f"{DESCRIPTIVE}/{name}.{ending}" for name in ("volume", "dossier") for ending in ("json", "xml")},
    "kedang-volume-1.xsd": "schemas/kedang-volume-1.xsd",
    "events.jsonl": f"{OTHER}/events.jsonl", "seals.jsonl": f"{OTHER}/seals.jsonl", "keys.json": f"{OTHER}/keys.json",
    "README.txt": "documentation/README.txt",
}  # fmt: skip


def members(contents: Contents, written: dict[str, Written]) -> Iterator[Member]:
    """Content first, then what describes it, then METS, which lists all of it by digest."""
    yield from contents.files(FILES)
    for name, content in contents.described().items():
        yield Member(PLACES[name], content)
    yield Member(f"{DESCRIPTIVE}/dc.xml", mets.dublin_core(contents))
    yield Member(f"{PRESERVATION}/premis.xml", premis.document(contents, FILES))
    inside = {path: one for path, one in written.items() if path.startswith(FILES)}
    yield Member(
        f"{REPRESENTATION}/{PRESERVATION}/premis.xml", premis.document(contents, FILES, of_representation=True)
    )
    below = f"{REPRESENTATION}/{PRESERVATION}/premis.xml"
    yield Member(
        f"{REPRESENTATION}/METS.xml", mets.representation(contents, {**inside, below: written[below]}, REPRESENTATION)
    )
    yield Member("METS.xml", mets.package(contents, written, REPRESENTATION))
