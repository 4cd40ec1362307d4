"""Every model of the house and how the harness covers it. A new one needs a line here, or an ordinary test fails."""

from tests.access.harness import archive, governance, loans, reports, sharing, use

#: ``canaries``: its sensitive fields are filled in house.py. ``rows``: addresses name its rows. Anything else: why neither is needed.
MODELS: dict[str, str] = {
    **archive.MODELS, **governance.MODELS, **loans.MODELS, **reports.MODELS, **sharing.MODELS, **use.MODELS,
    "customers.customer": "canaries", "customers.contact": "canaries", "customers.keyperson": "canaries",
    "customers.customerprofile": "canaries", "customers.formername": "canaries", "access.person": "canaries",
    "customers.classaxis": "open settings of the company", "customers.classterm": "open settings of the company",
    "customers.customerclass": "open words beside a dossier, seen with it", "customers.dossierrequirement": "open settings",
    "intake.importbatch": "rows", "intake.importtemplate": "rows",
    "intake.importchunk": "sealed; leaves through the pages of its batch, whose canaries are in doings.py",
    "access.fonds": "names of companies", "access.department": "rows", "access.role": "rows", "access.grant": "rows",
    "access.signincounter": "keyed digests, no exit", "access.signinpolicy": "open settings of the company",
    "access.passwordtrace": "digests of passwords, no exit", "access.factor": "one's own only, sealed",
    "access.recoverycode": "digests, shown once when made", "access.opensession": "one's own only",
    "access.quotause": "counts", "audit.event": "rows", "audit.seal": "digests", "audit.sealdata": "digests",
    "audit.redaction": "numbers of events", "audit.checkpointplace": "paths", "jobs.job": "rows", "jobs.schedule": "times",
    "web.savedview": "rows", "web.listsettings": "one's own taste, no exit to others", "web.submission": "keys of forms, no exit",
    "approvals.case": "rows", "approvals.flow": "rows", "approvals.standin": "rows",
    "approvals.flowstep": "on the page of its flow", "approvals.caseline": "on the page of its case", "approvals.task": "names of people",
    "approvals.decision": "on the page of its case", "approvals.casecopy": "names of people",
    "notices.notice": "rows", "notices.delivery": "on its way out: outbox.py",
    "customers.changerequest": "rows",
    "customers.changeline": "sealed; shown through the veil of its field",
    "customers.dossierrules": "open settings of the company", "retention.hold": "rows",
    "retention.holdline": "named on the page of its hold only to who sees the record",
    "notices.channel": "settings; its secrets are canaries of outbox.py", "notices.preference": "one's own only",
    "search.searchdocument": "keyed tokens; asked by the oracles", "numbering.numberrule": "settings", "numbering.numberseries": "counters",
    "numbering.numberentry": "numbers only", "safekeeping.backup": "names and digests of sets", "safekeeping.drill": "rows",
}  # fmt: skip
#: Which canaries of house.py belong to which model, beyond those named after the model itself.
FIELDS_ELSEWHERE = {
    "access.person": {"mobile", "email"},
}
