"""Isolated helpers do not look at the environment, so they are told where this process keeps its compiled modules."""

import sys


def arguments() -> list[str]:
    """For the command line of a Python that is started with ``-I``; without them it would compile what it loads anew each time."""
    return ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
