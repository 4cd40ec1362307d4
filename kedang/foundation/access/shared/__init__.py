"""共享: parts of dossiers shared with departments, roles and people without a request, as one more kind of grant."""
