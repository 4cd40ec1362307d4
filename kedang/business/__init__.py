"""The customer's affairs; each room may import those before it, and the foundation."""
