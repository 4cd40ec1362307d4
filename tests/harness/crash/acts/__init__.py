"""What people do while the server is killed under their hands; each desk is one person with one browser."""
