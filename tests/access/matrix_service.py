"""Who gets what at the addresses of reports of important contacts: 周航 reported of a dossier of his; columns as in ``matrix.py``."""

SERVICE = """
GET  service:rules                    200  403  403  403  403  403  403  403  200  403  200  302
GET  service:report-create            200  200  404  200  403  404  404  403  403  200  404  302
GET  service:report-list              200  200  200  200  200  403  403  200  200  200  200  302
GET  service:report-results           200  200  200  200  200  403  403  200  200  200  200  302
GET  service:report-rules             200  200  200  200  200  403  403  200  200  200  200  302
POST service:report-columns           302  302  302  302  302  403  403  302  302  302  302  302
POST service:report-view-save         302  302  302  302  302  403  403  302  302  302  302  302
POST service:report-view-delete       302  404  404  404  404  403  403  404  404  404  404  302
GET  service:report-export            200  403  403  200  403  403  403  403  200  403  200  302
POST service:report-batch-accept      302  403  403  403  403  403  403  403  302  403  302  302
GET  service:report-detail            200  200  404  200  200  404  404  200  200  200  404  302
GET  service:report-history           200  200  404  200  200  404  404  200  200  200  404  302
GET  service:report-edit              409  200  404  409  403  404  404  403  403  409  404  302
GET  service:report-accept            200  403  404  403  403  404  404  403  200  403  404  302
GET  service:report-return            200  403  404  403  403  404  404  403  200  403  404  302
GET  service:report-again             409  200  404  409  403  404  404  403  403  409  404  302
GET  service:report-supplement        200  200  404  200  403  404  404  403  403  200  404  302
GET  service:report-step-done         200  200  404  403  403  404  404  403  200  403  404  302
GET  customers:customer-reports       200  200  404  200  200  404  404  200  200  200  404  302
"""
