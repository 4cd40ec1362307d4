"""Who gets what at the addresses of notices, of changes under approval and of holds; columns as in ``matrix.py``."""

CHANGES = """
GET  notices:list                     200  200  200  200  200  200  200  200  200  200  200  302
POST notices:read-all                 302  302  302  302  302  302  302  302  302  302  302  302
GET  notices:open                     404  404  404  404  404  404  404  404  404  404  404  302
GET  notices:preference               200  200  200  200  200  200  200  200  200  200  200  302
GET  notices:channels                 403  403  403  403  403  200  403  403  403  403  403  302
POST notices:try                      403  403  403  403  403  302  403  403  403  403  403  302
POST notices:again                    403  403  403  403  403  302  403  403  403  403  403  302
"""
