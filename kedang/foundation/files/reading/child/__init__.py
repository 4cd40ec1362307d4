"""What runs in the confined process: it gets bytes, gives text or pictures, and knows neither Django, nor the database, nor any key.

Standard library at the door; each task imports what it needs. See ``confined.py`` for the other side.
"""
