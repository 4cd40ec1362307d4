"""Names of files inside a package: the name a file came with, where file systems can hold it; its place keeps it apart from namesakes."""

import re

MOST_BYTES = 200
"""Of a name in UTF-8; file systems hold 255. The whole name stands in the metadata whatever happens here."""
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


def safe_name(name: str) -> str:
    """The name as the last part of a path, sign for sign as far as possible."""
    name = name.replace(
        "%", "％"
    )  # RFC 8493 writes it %25 in manifests, which the Library of Congress' own tool does not read back
    kept = "".join("_" if sign in '/\\:*?"<>|' or ord(sign) < 32 or ord(sign) == 127 else sign for sign in name)
    kept = kept.rstrip(". ") or "_"
    kept = f"_{kept}" if _DEVICES.match(kept) or kept.startswith("..") else kept
    if len(kept.encode()) <= MOST_BYTES:
        return kept
    stem, dot, ending = kept.rpartition(".")
    tail = f"{dot}{ending}" if stem and len(ending.encode()) <= 16 else ""
    stem = stem if tail else kept
    return stem.encode()[: MOST_BYTES - len(tail.encode()) - 3].decode("utf-8", "ignore") + "…" + tail


def root_name(code: str) -> str:
    """The folder of a package, by the code of its volume."""
    return re.sub(r"[^0-9A-Za-z\u4e00-\u9fff._·-]", "_", code)[:80] or "volume"


def is_inside(path: str) -> bool:
    """Whether a path of a foreign package stays below its root."""
    parts = path.split("/")
    return not path.startswith("/") and "\\" not in path and all(part not in {"", ".", ".."} for part in parts)
