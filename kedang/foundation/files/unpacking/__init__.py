"""Files out of a package, each by itself: what is wrong with one is said of that one, and the rest goes on."""
