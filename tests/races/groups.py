"""All groups, and the services that stand in none of them, each with its reason."""

from tests.races.acts import Group
from tests.races.of_care import CLIMATE, DEVICE, INSPECTION, PLACES, REPORT, VISIT
from tests.races.of_cases import CASE, FLOW, STAND_IN
from tests.races.of_custody import COUNT, SHELF
from tests.races.of_customers import AXIS, DOSSIER
from tests.races.of_files import CONTENT, FILE
from tests.races.of_furniture import NUMBERS, VIEW
from tests.races.of_governance import AGREEMENT, ALERT, HANDOVER, REVIEW
from tests.races.of_handing import DRAWING_UP, RECEIVING, TWO_LISTS
from tests.races.of_imports import BATCH, JOB, TEMPLATE
from tests.races.of_items import FILED, ON_ITS_WAY
from tests.races.of_people import COMPANY, DEPARTMENT, PERSON, SECOND_STEP
from tests.races.of_prints import PRINTS
from tests.races.of_scheme import CODES, DRAFT, LINES
from tests.races.of_use import FOLLOWING, NUMBER, OPENED
from tests.races.of_volumes import CLOSED_VOLUME, OPEN_VOLUME

GROUPS: tuple[Group, ...] = (
    DOSSIER,
    AXIS,
    PERSON,
    SECOND_STEP,
    DEPARTMENT,
    COMPANY,
    BATCH,
    TEMPLATE,
    JOB,
    VIEW,
    NUMBERS,
    FILE,
    CONTENT,
    DRAFT,
    LINES,
    CODES,
    OPEN_VOLUME,
    CLOSED_VOLUME,
    ON_ITS_WAY,
    FILED,
    SHELF,
    COUNT,
    PLACES,
    CLIMATE,
    INSPECTION,
    DEVICE,
    VISIT,
    REPORT,
    PRINTS,
    DRAWING_UP,
    RECEIVING,
    TWO_LISTS,
    CASE,
    FLOW,
    STAND_IN,
    HANDOVER,
    AGREEMENT,
    REVIEW,
    ALERT,
    OPENED,
    NUMBER,
    FOLLOWING,
)

ROOMS = (
    "kedang.business.customers.services",
    "kedang.business.governance.services",
    "kedang.business.holdings.services",
    "kedang.business.intake.services",
    "kedang.foundation.access.services",
    "kedang.foundation.approvals.services",
    "kedang.foundation.files.services",
    "kedang.foundation.jobs.services",
    "kedang.foundation.numbering.services",
    "kedang.foundation.web.services",
)

ELSEWHERE: dict[str, str] = {
    "customer_create": "makes its own object: numbers and credit codes at once in tests/customers/test_concurrency.py",
    "handover_open": "makes its own object; one open folder a person is a constraint: tests/governance/test_handover.py",
    "handover_unsign": "locks the folder as signing does; the state decides",
    "text_draft": "locks the company; refused while there is a draft",
    "agreement_asked_set": "sets one switch under the lock of the company",
    "duty_begin": "runs inside handover_close",
    "rules_change": "locks the company; the last one wins and says so in the trail",
    "review_open": "makes its own object; once a year is a constraint",
    "rights_ask": "makes its own object, as case_open",
    "rights_carry_out": "locks the request; what was carried out is not due any more: tests/governance/test_rights.py",
    "item_receive": "makes its own object; the same file twice in tests/holdings/test_bringing.py",
    "items_place_bulk": "makes its own objects",
    "items_file_bulk": "locks as the steps of one item do; the states decide",
    "scheme_draft": "refused while there is a draft; several at once, beside a publication, in tests/holdings/test_codes_at_once.py",
    "codes_issue_items": "many numbers at once: tests/harness/codes.py, and one at a time as code_issue_item",
    "code_register": "writes the row of a code that was just issued; the same code twice in tests/holdings/test_codes.py",
    "codes_register": "see code_register",
    "project_create": "makes its own object; numbers at once as customers' in tests/customers/test_concurrency.py",
    "transfer_create": "makes its own object; numbers at once as customers' in tests/customers/test_concurrency.py",
    "check_run": "reads, and adds a run of its own; two at once are two runs",
    "transfer_check": "adds runs of its own; what is there already is left out: tests/holdings/test_transfers.py",
    "package_ask": "hands in a job; a second one of the same volume and form is refused by its key",
    "package_make": "reads, and adds a package of its own",
    "package_take": "reads",
    "package_import": "see import_package",
    "import_package": "one at a time under the lock of the company; the same package again in tests/holdings/test_packages.py",
    "customer_matched": "part of import_package",
    "package_arrive": "makes its own object",
    "arrival_check_ask": "the state decides under lock; the job has a key of its own",
    "arrival_check": "a job with a key of its own; the state is read again under lock",
    "arrival_import_ask": "the state decides under lock; twice is refused: tests/holdings/test_arrivals.py",
    "arrival_import": "a job with a key of its own, then import_package",
    "number_take_up": "under the lock of its series; twice is refused: tests/holdings/test_code_fates.py",
    "code_withdraw": "part of item_step_back, under the lock of the item",
    "volume_create": "makes its own object: numbers at once in tests/holdings/test_volume_concurrency.py",
    "volumes_arranged": "two confirm the same proposals at once in tests/holdings/test_volume_concurrency.py",
    "files_from_zip": "makes its own objects, one transaction a file",
    "file_scan": "asks the scanner, then enter_verdict, which stands in a group",
    "enter_verdict": "stands in the group “file”, three verdicts under names of their own",
    "fixity_stopped": "marks a run whose job was given up; no worker has it any more",
    "file_rescan": "hands in a job; a second one of the same file is refused by its key",
    "fixity_check": "a job with a key of its own; a file is locked while its finding is entered",
    "files_repair": "a job with a key of its own; a file is locked while its repair is entered",
    "fault_settle": "closes a finding under its lock; twice is refused: tests/files/test_fixity.py",
    "customers_create_bulk": "the import; two files at once in tests/intake",
    "batch_upload": "makes its own object; the same file twice at once in tests/intake/test_bad_input.py",
    "batch_reread": "reads the columns again before anything was checked; the batch is locked as by batch_map",
    "report_workbook": "reads and writes a file of its own",
    "rows_page": "reads",
    "search_run": "reads",
    "suggest": "reads",
    "first_run": "happens once in an empty base: tests/access/test_concurrency.py",
    "sign_in": "guesses share the limit: tests/access/test_concurrency.py",
    "sign_out": "one's own session",
    "password_change": "one's own password, under the lock of the person",
    "case_open": "makes its own object; a second open request for one subject in tests/approvals/test_course.py",
    "case_agree": "case_approve",
    "case_refuse": "case_reject",
    "copy_read": "one's own mark, set where it is not set yet",
    "stand_in_end": "one's own, under its lock; twice is refused: tests/approvals/test_course.py",
    "task_escalate": "the case's lock decides, and the task is read again under it",
    "flow_draft": "makes its own object under the lock of the company",
    "person_unlock": "clears a counter, under the lock of the person",
}
"""Names of services → why they need no pair here."""
