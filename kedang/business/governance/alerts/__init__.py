"""Rules of unusual behaviour, and the run that follows the trail."""
