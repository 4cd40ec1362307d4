"""For the machines that watch the system: is it alive, is it ready, how much and how quick; one log line a request."""
