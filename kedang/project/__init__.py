"""Front door: settings, environment, urls, start-up checks, the ``kedang`` command. Imports all, imported by none."""
