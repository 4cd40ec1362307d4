"""The life of keys: a new one, everything sealed anew, the old one laid aside; shares on paper. See ``docs/operate/keys.md``."""
