"""封装包 (PL-04): a volume as BagIt (RFC 8493) or E-ARK CSIP 2.1, written in a stream, verified without trusting it, read back.

``facts`` says what is known of a volume, ``evidence`` what the sealed trail says of it, ``bagit`` and ``csip`` lay it out, ``zipped``
writes, ``reading`` verifies and reads. The layout is told file by file in ``docs/operate/package-format.md``.
"""

FORMAT = "kedang-volume-1"
SOFTWARE = "Kedang"
