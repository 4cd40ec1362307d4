"""The kill harness: the real server and worker are killed at random moments while people work, and everything acknowledged must be there.

``python -m tests.harness.crash --engine sqlite --kills 1000 --seed 7``; see ``docs/operate/proof.md``.
"""
