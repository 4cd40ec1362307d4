"""The harness of backups: flipped bits and cuts all found before a restore, kills that harm no set, drills that come out equal."""
