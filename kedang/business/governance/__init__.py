"""The regulation's room: agreements, hand-over, requests for rights, unusual behaviour."""
