"""The archive of the demo company, one module per part; each gives acts that are played in the order of time."""
