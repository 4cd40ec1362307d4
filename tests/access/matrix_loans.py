"""Who gets what at the addresses of the loan desk; columns as in ``matrix.py``."""

LOANS = """
GET  lending:desk                      200  403  403  403  403  403  403  403  403  403  200  302
GET  lending:room                      200  403  403  403  403  403  403  403  403  403  200  302
GET  lending:rules                     200  403  403  403  403  403  403  403  403  403  200  302
GET  lending:register-print            200  403  403  403  403  403  403  403  403  403  200  302
GET  lending:figures                   200  200  200  200  200  403  403  200  200  200  200  302
GET  lending:loan-list                 200  200  200  200  200  403  403  200  200  200  200  302
GET  lending:loan-results              200  200  200  200  200  403  403  200  200  200  200  302
GET  lending:loan-rules                200  200  200  200  200  403  403  200  200  200  200  302
POST lending:loan-columns              302  302  302  302  302  403  403  302  302  302  302  302
POST lending:loan-view-save            302  302  302  302  302  403  403  302  302  302  302  302
POST lending:loan-view-delete          302  404  404  404  404  403  403  404  404  404  404  302
GET  lending:loan-export               200  403  403  403  403  403  403  403  403  403  200  302
POST lending:loan-batch-fetch          302  403  403  403  403  403  403  403  403  403  302  302
POST lending:loan-batch-recall         302  403  403  403  403  403  403  403  403  403  302  302
POST lending:loan-batch-close          302  403  403  403  403  403  403  403  403  403  302  302
GET  lending:loan-new                  200  404  404  200  403  403  403  200  200  200  404  302
GET  lending:loan-issue                200  403  403  403  403  403  403  403  403  403  404  302
GET  lending:loan-return               200  403  403  403  403  403  403  403  403  403  404  302
GET  lending:loan-slip                 200  200  404  403  403  403  403  403  403  403  404  302
GET  lending:loan-receipt              200  200  404  403  403  403  403  403  403  403  404  302
GET  lending:loan-detail               200  200  404  200  200  404  404  200  200  200  404  302
GET  lending:loan-history              200  200  404  200  200  404  404  200  200  200  404  302
GET  lending:loan-edit                 200  403  404  403  403  404  404  403  403  403  404  302
GET  lending:loan-fetch                200  403  404  403  403  404  404  403  403  403  404  302
GET  lending:loan-recall               200  403  404  403  403  404  404  403  403  403  404  302
GET  lending:loan-close                200  403  404  403  403  404  404  403  403  403  404  302
GET  lending:loan-sign                 200  200  404  403  403  404  404  403  403  403  404  302
GET  lending:loan-renew                200  200  404  403  403  404  404  403  403  403  404  302
GET  lending:loan-cancel               200  200  404  403  403  404  404  403  403  403  404  302
GET  holdings:volume-loans             200  200  404  200  200  404  404  200  200  200  404  302
GET  holdings:item-loans               200  200  404  200  200  404  404  200  200  200  404  302
"""
