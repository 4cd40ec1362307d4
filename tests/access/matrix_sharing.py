"""Who gets what at the addresses of sharings: 沈砚 shares a dossier of 周航's with 周航; columns as in ``matrix.py``."""

SHARING = """
GET  lending:share-new                200  403  403  200  403  403  403  403  403  403  200  302
GET  lending:share-list               200  200  200  200  200  200  200  200  200  200  200  302
GET  lending:share-results            200  200  200  200  200  200  200  200  200  200  200  302
GET  lending:share-rules              200  200  200  200  200  200  200  200  200  200  200  302
POST lending:share-columns            302  302  302  302  302  302  302  302  302  302  302  302
POST lending:share-view-save          302  302  302  302  302  302  302  302  302  302  302  302
POST lending:share-view-delete        302  404  404  404  404  404  404  404  404  404  404  302
GET  lending:share-detail             200  200  404  404  200  404  404  404  200  404  404  302
GET  lending:share-review             200  403  404  404  403  404  404  404  403  404  404  302
GET  lending:share-stop               200  403  404  404  403  404  404  404  403  404  404  302
"""
