"""Who gets what at the addresses of notices, of changes under approval and of holds; columns as in ``matrix.py``."""

CHANGES = """
GET  notices:list                     200  200  200  200  200  200  200  200  200  200  200  302
POST notices:read-all                 302  302  302  302  302  302  302  302  302  302  302  302
GET  notices:open                     404  404  404  404  404  404  404  404  404  404  404  302
GET  notices:preference               200  200  200  200  200  200  200  200  200  200  200  302
GET  notices:channels                 403  403  403  403  403  200  403  403  403  403  403  302
POST notices:try                      403  403  403  403  403  302  403  403  403  403  403  302
POST notices:again                    403  403  403  403  403  302  403  403  403  403  403  302
GET  customers:dossier-rules          200  403  403  403  403  403  403  403  403  403  200  302
POST customers:change-call-off        302  403  404  403  403  404  404  403  403  403  404  302
GET  customers:change-unmask          403  403  404  403  403  404  404  403  403  403  404  302
GET  customers:customer-review-pass   200  403  404  403  403  404  404  403  403  403  404  302
GET  customers:customer-review-return 200  403  404  403  403  404  404  403  403  403  404  302
GET  customers:customer-review-refuse 200  403  404  403  403  404  404  403  403  403  404  302
GET  customers:customer-review-submit 200  200  404  200  403  404  404  403  403  200  404  302
POST customers:customer-batch-review-pass   302  403  403  403  403  403  403  403  403  403  302  302
POST customers:customer-batch-review-refuse 302  403  403  403  403  403  403  403  403  403  302  302
GET  retention:hold-ask               200  403  403  403  403  403  403  403  200  403  200  302
GET  retention:hold-list              200  403  403  403  200  403  403  403  200  403  200  302
GET  retention:hold-results           200  403  403  403  200  403  403  403  200  403  200  302
GET  retention:hold-rules             200  403  403  403  200  403  403  403  200  403  200  302
POST retention:hold-columns           302  403  403  403  302  403  403  403  302  403  302  302
POST retention:hold-view-save         302  403  403  403  302  403  403  403  302  403  302  302
POST retention:hold-view-delete       302  403  403  403  404  403  403  403  404  403  404  302
GET  retention:hold-detail            200  404  404  404  200  404  404  404  200  404  404  302
GET  retention:hold-history           200  404  404  404  200  404  404  404  200  404  404  302
GET  retention:hold-release           200  404  404  404  403  404  404  404  200  404  404  302
"""
