"""Access harness: who sees which value through which exit, asked of the running code and judged by rules written down anew.

``rules.py`` restates the rules as a table, ``house.py`` builds a company with a canary in every field, ``exits.py`` and its
neighbours walk everything that answers, ``ear.py`` listens. ``python -m tests.access.harness --help``; see docs/operate/proof.md.
"""
