"""Tests of reports of important contacts."""
