"""Pages of handing over, of the four-property test and of packages."""
