"""Signing in beyond name and password: policy, weak words, second steps, open sessions, step-up, quotas. Ground floor."""
