"""档号: how codes are built and read (``grammar``), what the ledger knows of them (``ledger``), who has one (``finding``)."""
