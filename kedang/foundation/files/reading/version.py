"""The way of reading, by number: files that were read in an older way are read anew when it is raised."""

VERSION = 1
