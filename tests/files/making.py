"""Small files of many kinds, made on the spot."""

import io
import zipfile
from collections.abc import Mapping

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(trailer: str = "", pages: int = 1) -> bytes:
    """A PDF of empty pages with a true index."""
    kids = " ".join(f"{3 + n} 0 R" for n in range(pages))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>"]
    objects += ["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"] * pages
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{at:010d} 00000 n \n".encode() for at in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def package(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def windows_program() -> bytes:
    """The head of a PE file."""
    head = bytearray(b"MZ" + bytes(62))
    head[60:64] = (128).to_bytes(4, "little")
    return bytes(head) + bytes(64) + b"PE\0\0" + bytes(200)


def old_zip(members: list[tuple[bytes, bytes]], flags: int = 0, extra: bytes = b"") -> bytes:
    """A ZIP whose names are the bytes given, as Windows writes them: without the flag that says UTF-8."""
    import struct
    import zlib

    out, entries = bytearray(), []
    for name, content in members:
        entries.append((name, content, len(out)))
        out += struct.pack("<4s5H3I2H", b"PK\3\4", 20, flags, 0, 0, 0x5A21, zlib.crc32(content), len(content), len(content),
                           len(name), len(extra)) + name + extra + content  # fmt: skip
    start = len(out)
    for name, content, at in entries:
        out += struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, flags, 0, 0, 0x5A21, zlib.crc32(content), len(content), len(content),
                           len(name), len(extra), 0, 0, 0, 0, at) + name + extra  # fmt: skip
    return bytes(out) + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(entries), len(entries), len(out) - start, start, 0)
