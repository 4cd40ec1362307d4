"""封装包 (PL-04): a volume or a whole dossier as BagIt (RFC 8493) or E-ARK CSIP 2.1, written in a stream, verified without trusting it,
read back.

``facts`` says what is known of a volume, ``dossier`` of a customer with everything below, ``evidence`` what the sealed trail says of it,
``bagit`` and ``csip`` lay it out, ``zipped`` writes, ``reading`` verifies and reads, ``summary`` says in plain words what is inside. The
layout is told file by file in ``docs/operate/package-format.md``.
"""

FORMAT = "kedang-volume-1"
DOSSIER_FORMAT = "kedang-dossier-1"
SOFTWARE = "Kedang"
