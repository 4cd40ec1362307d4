"""Who gets what at every address: one line per named URL, one column per member of the cast.

200 a page · 302 done, or off to the door for who is not signed in · 403 in reach but not theirs, with the reason · 404 does not exist
for them. A new address needs a line here, or the test fails. The records asked for are those of ``scene.py``: dossier and tasks of
周航's group and 沈砚; 林悦 is a colleague of the same group who sees her own customers only; 赵鹏 belongs to another company.
"""

from tests.access.matrix_approvals import APPROVALS
from tests.access.matrix_archive import ARCHIVE
from tests.access.matrix_changes import CHANGES
from tests.access.matrix_governance import GOVERNANCE
from tests.access.matrix_loans import LOANS
from tests.access.matrix_service import SERVICE
from tests.access.matrix_sharing import SHARING
from tests.access.matrix_use import USE

MATRIX = """
#                                     arch sale coll head audi admi offi read mana cler stra none

GET  web:home                         200  200  200  200  200  200  200  200  200  200  200  302
GET  web:search                       200  200  200  200  200  200  200  200  200  200  200  302
GET  web:suggest                      200  200  200  200  200  200  200  200  200  200  200  302
GET  web:help                         200  200  200  200  200  200  200  200  200  200  200  302
GET  web:export-file                  404  409  404  404  404  404  404  404  404  404  404  302
GET  web:live                         200  200  200  200  200  200  200  200  200  200  200  200
GET  web:ready                        200  200  200  200  200  200  200  200  200  200  200  200
GET  web:metrics                      200  200  200  200  200  200  200  200  200  200  200  200
POST web:language                     302  302  302  302  302  302  302  302  302  302  302  302

GET  access:sign-in                   302  302  302  302  302  302  302  302  302  302  302  200
GET  access:second-step               302  302  302  302  302  302  302  302  302  302  302  302
POST access:passkey-options           404  404  404  404  404  404  404  404  404  404  404  404
GET  access:factors-first             302  302  302  302  302  302  302  302  302  302  302  302
GET  access:factor-totp               200  200  200  200  200  200  200  200  200  200  200  302
POST access:passkey-add               302  302  302  302  302  302  302  302  302  302  302  302
POST access:factor-remove             404  404  404  404  404  404  404  404  404  404  404  302
GET  access:recovery-codes            200  200  200  200  200  200  200  200  200  200  200  302
POST access:sessions-end              302  302  302  302  302  302  302  302  302  302  302  302
GET  access:sign-in-rules             403  403  403  403  403  403  200  403  403  403  403  302
POST access:sign-out                  302  302  302  302  302  302  302  302  302  302  302  302
GET  access:first-run                 404  404  404  404  404  404  404  404  404  404  404  404
GET  access:my-page                   200  200  200  200  200  200  200  200  200  200  200  302
GET  access:password-change           200  200  200  200  200  200  200  200  200  200  200  302
GET  access:grant-give                403  404  404  403  403  403  200  404  403  404  404  302
GET  access:person-list               200  403  403  200  200  200  200  403  200  403  200  302
GET  access:person-results            200  403  403  200  200  200  200  403  200  403  200  302
GET  access:person-rules              200  403  403  200  200  200  200  403  200  403  200  302
POST access:person-columns            302  403  403  302  302  302  302  403  302  403  302  302
POST access:person-view-save          302  403  403  302  302  302  302  403  302  403  302  302
POST access:person-view-delete        302  403  403  404  404  404  404  403  404  403  404  302
GET  access:person-export             200  403  403  200  200  200  200  403  200  403  200  302
GET  access:person-create             403  403  403  403  403  200  403  403  403  403  403  302
GET  access:person-detail             200  404  404  200  200  200  200  404  200  404  404  302
GET  access:person-edit               403  404  404  403  403  200  403  404  403  404  404  302
GET  access:person-grants             200  404  404  200  200  200  200  404  200  404  404  302
GET  access:person-trail              403  404  404  403  200  403  403  404  200  404  404  302
GET  access:person-changes            403  404  404  403  403  200  403  404  403  404  404  302
GET  access:person-unlock             403  404  404  403  403  200  403  404  403  404  404  302
GET  access:person-clearance          403  404  404  403  403  403  200  404  403  404  404  302
GET  access:person-password-reset     403  404  404  403  403  200  403  404  403  404  404  302
GET  access:person-factors-reset      403  404  404  403  403  403  200  404  403  404  404  302
GET  access:person-sessions-end       403  404  404  403  403  403  200  404  403  404  404  302
GET  access:person-quota-raise        403  404  404  403  403  403  200  404  403  404  404  302
GET  access:person-deactivate         403  404  404  403  403  200  403  404  403  404  404  302
GET  access:person-activate           403  404  404  403  403  200  403  404  403  404  404  302
GET  access:grant-list                200  403  403  200  200  200  200  403  200  403  200  302
GET  access:grant-results             200  403  403  200  200  200  200  403  200  403  200  302
GET  access:grant-rules               200  403  403  200  200  200  200  403  200  403  200  302
POST access:grant-columns             302  403  403  302  302  302  302  403  302  403  302  302
POST access:grant-view-save           302  403  403  302  302  302  302  403  302  403  302  302
POST access:grant-view-delete         302  403  403  404  404  404  404  403  404  403  404  302
GET  access:grant-export              200  403  403  200  200  200  200  403  200  403  200  302
POST access:grant-batch-end           403  403  403  403  403  403  302  403  403  403  403  302
GET  access:grant-end                 403  404  404  403  403  403  200  404  403  404  404  302
GET  access:department-list           200  403  403  200  200  200  200  403  200  403  200  302
GET  access:department-create         403  403  403  403  403  200  403  403  403  403  403  302
GET  access:department-edit           403  404  404  403  403  200  403  404  403  404  404  302
POST access:department-switch         403  404  404  403  403  302  403  404  403  404  404  302
GET  access:role-list                 200  403  403  200  200  200  200  403  200  403  200  302
GET  access:role-create               403  403  403  403  403  200  403  403  403  403  403  302
GET  access:role-edit                 403  404  404  403  403  200  403  404  403  404  404  302
POST access:role-remove               403  404  404  403  403  302  403  404  403  404  404  302
GET  access:event-list                403  403  403  403  200  403  403  403  200  403  403  302
GET  access:event-results             403  403  403  403  200  403  403  403  200  403  403  302
GET  access:event-rules               403  403  403  403  200  403  403  403  200  403  403  302
POST access:event-columns             403  403  403  403  302  403  403  403  302  403  403  302
POST access:event-view-save           403  403  403  403  302  403  403  403  302  403  403  302
POST access:event-view-delete         403  403  403  403  404  403  403  403  404  403  403  302
GET  access:event-export              403  403  403  403  200  403  403  403  403  403  403  302
GET  access:event-detail              403  403  403  403  200  403  403  403  200  403  403  302
GET  access:subject-trail             403  403  403  403  200  403  403  403  200  403  403  302
GET  access:seals                     403  403  403  403  200  403  403  403  200  403  403  302
POST access:seal-verify               403  403  403  403  302  403  403  403  302  403  403  302
GET  access:bundle-ask                403  403  403  403  200  403  403  403  403  403  403  302
GET  access:bundle                    403  403  403  403  404  403  403  403  403  403  403  302

GET  numbering:rule                   200  403  403  403  403  403  403  403  403  403  200  302
POST numbering:preview                200  403  403  403  403  403  403  403  403  403  200  302

GET  safekeeping:operations           403  403  403  403  200  200  403  403  403  403  403  302
POST safekeeping:backup               403  403  403  403  403  302  403  403  403  403  403  302
POST safekeeping:verify               403  403  403  403  403  302  403  403  403  403  403  302
POST safekeeping:drill-now            403  403  403  403  403  302  403  403  403  403  403  302
GET  safekeeping:drill                403  403  403  403  200  200  403  403  403  403  403  302
GET  safekeeping:drill-print          403  403  403  403  200  200  403  403  403  403  403  302
GET  safekeeping:plan                 403  403  403  403  200  200  403  403  403  403  403  302

GET  jobs:indicator                   200  200  200  200  200  200  200  200  200  200  200  302
GET  jobs:job-progress                200  404  404  404  404  200  404  404  404  404  404  302
GET  jobs:job-list                    200  200  200  200  200  200  200  200  200  200  200  302
GET  jobs:job-results                 200  200  200  200  200  200  200  200  200  200  200  302
GET  jobs:job-rules                   200  200  200  200  200  200  200  200  200  200  200  302
POST jobs:job-columns                 302  302  302  302  302  302  302  302  302  302  302  302
POST jobs:job-view-save               302  302  302  302  302  302  302  302  302  302  302  302
POST jobs:job-view-delete             302  404  404  404  404  404  404  404  404  404  404  302
GET  jobs:job-detail                  200  404  404  404  404  200  404  404  404  404  404  302
GET  jobs:job-cancel                  200  404  404  404  404  200  404  404  404  404  404  302

POST customers:duplicates             200  200  200  200  403  403  403  403  403  200  200  302
GET  customers:cascade                200  200  200  200  200  200  200  200  200  200  200  302
GET  customers:list-print             200  200  200  200  403  403  403  403  200  200  200  302
GET  customers:register               200  200  200  200  200  403  403  200  200  200  200  302
GET  customers:register-print         200  200  200  200  403  403  403  403  200  200  200  302
POST customers:register-export        200  403  403  200  403  403  403  403  200  403  200  302
GET  customers:gaps                   200  200  200  200  200  403  403  200  200  200  200  302
GET  customers:card                   200  200  404  200  403  404  404  403  200  200  404  302
GET  customers:contact-create         200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:key-person-create      200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:customer-profile-edit  200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:customer-list          200  200  200  200  200  403  403  200  200  200  200  302
GET  customers:customer-results       200  200  200  200  200  403  403  200  200  200  200  302
GET  customers:customer-rules         200  200  200  200  200  403  403  200  200  200  200  302
POST customers:customer-columns       302  302  302  302  302  403  403  302  302  302  302  302
POST customers:customer-view-save     302  302  302  302  302  403  403  302  302  302  302  302
POST customers:customer-view-delete   302  404  404  404  404  403  403  404  404  404  404  302
GET  customers:customer-export        200  403  403  200  403  403  403  403  200  403  200  302
GET  customers:customer-create        200  200  200  200  403  403  403  403  403  200  200  302
POST customers:customer-batch-grade   302  403  403  302  403  403  403  403  302  403  302  302
GET  customers:customer-detail        200  200  404  200  200  404  404  200  200  200  404  302
GET  customers:customer-edit          200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:customer-unmask        200  200  404  200  403  404  404  403  200  403  404  302
GET  customers:customer-history       200  200  404  200  200  404  404  200  200  200  404  302
GET  customers:customer-contacts      200  200  404  200  200  404  404  200  200  200  404  302
GET  customers:customer-key-persons   200  200  404  200  200  404  404  200  200  200  404  302
GET  customers:customer-profile       200  200  404  200  200  404  404  200  200  200  404  302
GET  customers:customer-classes       200  200  404  200  200  404  404  200  200  200  404  302
GET  customers:customer-seen          200  200  404  200  200  404  404  403  200  200  404  302
GET  customers:customer-projects      200  200  404  200  200  404  404  200  200  200  404  302
GET  customers:customer-packages      200  403  404  403  403  404  404  403  403  403  404  302
GET  customers:customer-archive       200  200  404  200  200  404  404  200  200  200  404  302
GET  customers:customer-grade         200  403  404  200  403  404  404  403  200  403  404  302
GET  customers:customer-former-name   200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:customer-kind          200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:customer-withdraw      200  403  404  403  403  404  404  403  403  403  404  302
GET  customers:contact-list           302  302  302  302  302  302  302  302  302  302  302  302
GET  customers:contact-detail         302  302  404  302  302  404  404  302  302  302  404  302
GET  customers:contact-edit           200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:contact-unmask         200  200  404  200  403  404  404  403  200  403  404  302
GET  customers:contact-leave          200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:key-person-list        302  302  302  302  302  302  302  302  302  302  302  302
GET  customers:key-person-detail      302  302  404  302  302  404  404  302  302  302  404  302
GET  customers:key-person-edit        200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:key-person-unmask      200  200  404  200  403  404  404  403  200  403  404  302
GET  customers:key-person-remove      200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:profile-list           302  302  302  302  302  302  302  302  302  302  302  302
GET  customers:profile-detail         302  302  404  302  302  404  404  302  302  302  404  302
GET  customers:profile-edit           200  200  404  200  403  404  404  403  403  200  404  302
GET  customers:profile-unmask         200  200  404  200  403  404  404  403  200  403  404  302
GET  customers:axis-list              200  403  403  403  403  403  403  403  403  403  200  302
GET  customers:requirements           200  403  403  403  403  403  403  403  403  403  200  302

GET  intake:blank                     200  403  403  403  403  403  403  403  403  200  200  302
GET  intake:template-list             200  403  403  403  403  403  403  403  403  200  200  302
GET  intake:template-results          200  403  403  403  403  403  403  403  403  200  200  302
GET  intake:template-rules            200  403  403  403  403  403  403  403  403  200  200  302
POST intake:template-columns          302  403  403  403  403  403  403  403  403  302  302  302
POST intake:template-view-save        302  403  403  403  403  403  403  403  403  302  302  302
POST intake:template-view-delete      302  403  403  403  403  403  403  403  403  404  404  302
GET  intake:template-detail           200  404  404  404  404  404  404  404  404  200  404  302
GET  intake:template-remove           200  404  404  404  404  404  404  404  404  200  404  302
GET  intake:batch-mapping             200  404  404  404  404  404  404  404  404  404  404  302
POST intake:batch-reread              302  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-cleaning            200  404  404  404  404  404  404  404  404  404  404  302
POST intake:batch-duplicates          302  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-rows                200  404  404  404  404  404  404  404  404  404  404  302
POST intake:batch-check               302  404  404  404  404  404  404  404  404  404  404  302
POST intake:batch-commit              302  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-progress            200  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-report              200  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-list                200  403  403  403  403  403  403  403  403  200  200  302
GET  intake:batch-results             200  403  403  403  403  403  403  403  403  200  200  302
GET  intake:batch-rules               200  403  403  403  403  403  403  403  403  200  200  302
POST intake:batch-columns             302  403  403  403  403  403  403  403  403  302  302  302
POST intake:batch-view-save           302  403  403  403  403  403  403  403  403  302  302  302
POST intake:batch-view-delete         302  403  403  403  403  403  403  403  403  404  404  302
GET  intake:batch-create              200  403  403  403  403  403  403  403  403  200  200  302
GET  intake:batch-detail              302  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-history             200  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-cancel              200  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-undo                200  404  404  404  404  404  404  404  404  404  404  302
GET  intake:batch-close               200  404  404  404  404  404  404  404  404  404  404  302

"""
MATRIX += APPROVALS
MATRIX += ARCHIVE
MATRIX += CHANGES
MATRIX += GOVERNANCE
MATRIX += LOANS
MATRIX += USE
MATRIX += SHARING
MATRIX += SERVICE
