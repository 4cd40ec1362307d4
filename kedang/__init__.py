"""Kedang 客档: customer dossiers and the archives behind them, carried out as the regulation says.

Two wings, arrows go down only: ``project`` (front door) imports all; ``business`` (the customer's affairs) imports
``foundation`` (mechanisms that know no customer). See ``docs/decisions`` for the reasons.
"""

__version__ = "0.1.0"
