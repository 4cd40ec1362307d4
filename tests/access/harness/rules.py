"""The rules of access, restated without a line of the code they judge: role × class of fields × scope → show, mask or hide.

Whoever changes a built-in role, a mask or a scope changes this table too, knowingly.
"""

import re
from dataclasses import dataclass, field

CLASSES = ("contact", "identity", "account", "personal", "assessment")
SHOW, MASK, HIDE = "show", "mask", "hide"
ORDER = {HIDE: 0, MASK: 1, SHOW: 2}
WORD = {"s": SHOW, "m": MASK, "-": HIDE}

#: Small letters for dossiers: v view, c change, n create, p print, x export, u unmask, g grade, w withdraw, k classify, i import,
#: z undo imports, l log, e export of the log, t staff, a manage staff, r manage roles, q manage grants, s settings, j jobs,
#: y numbering, h share views, b own requests, d decide, o oversee requests, f draw flows.
#: Capital letters for the archive: V view, R read files, P print, X export, D deliver, F file, A arrange, M mend, O grant reopening,
#: E read leaf by leaf, G make copies, 7 settle dossiers, 8 see holds, 9 ask for holds, = see loans.
#: + see reports of contacts,
#: C receive, H check, J projects, S scheme, K see the store, Q keep it, L lay it out, W see stored files, Y keep them.
ACTS = {
    "v": "customers.view", "c": "customers.change", "n": "customers.create", "p": "customers.print", "x": "customers.export",
    "u": "customers.unmask", "g": "customers.grade", "w": "customers.withdraw", "k": "customers.classify", "i": "intake.use",
    "z": "intake.undo", "l": "audit.view", "e": "audit.export", "t": "access.view_people", "a": "access.manage_people",
    "r": "access.manage_roles", "q": "access.manage_grants", "s": "settings.manage", "j": "jobs.view", "y": "numbering.manage",
    "h": "web.share_views",
    "b": "approvals.view", "d": "approvals.use", "o": "approvals.oversee", "f": "approvals.manage_flows",
    "V": "holdings.view", "R": "holdings.read", "P": "holdings.print", "X": "holdings.export", "D": "holdings.deliver",
    "F": "holdings.file", "A": "holdings.arrange", "M": "holdings.mend", "O": "holdings.reopen", "C": "holdings.receive",
    "H": "holdings.check", "J": "holdings.project", "S": "holdings.scheme", "K": "custody.view", "Q": "custody.keep",
    "1": "handover.manage", "2": "governance.agreements", "3": "governance.review", "4": "governance.alerts", "5": "governance.view",
    "6": "governance.use", "7": "customers.settle", "8": "retention.view", "9": "retention.hold",
    "=": "lending.view", "+": "service.view",
    "E": "holdings.leaf", "G": "holdings.copy", "L": "custody.layout", "W": "files.view", "Y": "files.keep",
}  # fmt: skip

TABLE = """
# role            scope       CIAPA  acts          contact identity account personal assessment
system_admin      all         s----  tarsjbdf 56
security_admin    all         m----  tqbd 2356
auditor           all         mmmmm  vtlebo V 458=+
archivist         all         smmss  vcnpuxgwkizytjhbdo VREGPDJFAMCHXS KQLWY 156789=+
clerk             department  smmsm  vcnpibd VREPDJ 56=+
salesperson       own         smmss  vcnpubd VREPDJ 56=+
reader            below       mmmmm  vbd V 56=+
department_head   below       smmss  vcnpuxgtbd VREPDJO 156=+
executive         all         smmss  vpxutbd VREPO 5689=+
general_manager   all         sssss  vpxugtlbdo VREPOK 145689=+
#
field_agent       region      s----  vpx V
analyst           class       mm-mm  vxu VX+
watcher           all         -----  le
desk              department  mmmmm  vci VRF
"""
"""The last four are no built-in roles: companies make such of their own."""


@dataclass(frozen=True)
class Role:
    """One line of the table."""

    code: str
    scope: str
    rights: dict[str, str]
    acts: frozenset[str]


@dataclass(frozen=True)
class Given:
    """A role given to somebody: scope and value may differ from the usual. ``holds`` is False for one that is over or to come."""

    role: str
    scope: str = ""
    value: str = ""
    holds: bool = True


@dataclass(frozen=True)
class Who:
    """A person as the rules know them."""

    key: str
    name: str
    fonds: str = "A"
    department: str = ""
    clearance: int = 3
    given: tuple[Given, ...] = ()
    is_active: bool = True


@dataclass(frozen=True)
class Fact:
    """A dossier as the rules know it."""

    key: str
    fonds: str = "A"
    owner: str = ""
    department: str = ""
    region: str = ""
    level: int = 1
    terms: tuple[str, ...] = ()
    kind: str = "enterprise"
    state: str = ""
    act: str = "customers.view"
    """The act by which it exists for somebody."""
    is_common: bool = False
    """It belongs to the company as a whole: whoever holds the act reaches it."""
    parties: frozenset[str] = frozenset()
    """People who take part in it: it exists for them whatever their scope and level."""
    party_act: str = "approvals.view"
    """The act by which taking part shows it."""
    of: "Fact | None" = None
    """The dossier whose paper it is: through it, it may be shared."""
    sort: str = ""
    """Of a paper: its kind."""
    also: tuple["Fact", ...] = ()
    """Where the same words stand besides: what a hold says is read on its request, too."""
    told: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Share:
    """A sharing as the rules know it: which records of which dossiers, what of sensitive classes, up to which level, with whom."""

    title: str
    records: frozenset[str]
    """Kinds of records that its parts come to."""
    reach: str = "opened"
    value: str = ""
    chosen: frozenset[str] = frozenset()
    rights: dict[str, str] = field(default_factory=dict, compare=False)
    level: int = 1
    kinds: frozenset[str] = frozenset()
    """Kinds of papers; none: all."""
    departments: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    ends: str = ""
    """Why it does not hold: ``past``, ``stopped``, ``unreviewed``, ``to_come``."""


#: Each department with those above it.
ABOVE = {
    "head_office": ("head_office",), "sales": ("sales",), "sales_one": ("sales_one", "sales"),
    "service": ("service",), "far": ("far",), "": (),
}  # fmt: skip


def roles() -> dict[str, Role]:
    """The table, read."""
    found = {}
    for line in TABLE.splitlines():
        if line and not line.startswith("#"):
            code, scope, rights, *acts = line.split()
            shown = {name: WORD[letter] for name, letter in zip(CLASSES, rights, strict=True)}
            found[code] = Role(code, scope, shown, frozenset(ACTS[letter] for letter in "".join(acts)))
    return found


ROLES = roles()
BASICS = frozenset({"Customer", "FormerName"})
PEOPLE = BASICS | {"Contact", "KeyPerson"}
PROFILE = BASICS | {"CustomerProfile"}
CATALOGUE = frozenset({"Item", "StoredFile"})
LEAVES = CATALOGUE | {"FilePage"}
PROJECTS = frozenset({"Project"})
#: What the departments of the house share: by department, class, region, all of it, and chosen dossiers; some of it over or to come.
SHARES: tuple[Share, ...] = (
    Share("联合回访", PEOPLE, "below", "service", rights={"contact": MASK}, departments=frozenset({"sales"})),
    Share(
        "重点客户评审", PROFILE, "class", "key", rights={"assessment": SHOW, "account": MASK}, level=3,
        roles=frozenset({"field_agent", "clerk"}),
    ),
    Share("西南片区", PEOPLE | PROFILE, "region", "510100", rights={"contact": SHOW, "identity": MASK}, people=frozenset({"department_head"})),
    Share("公开名录", BASICS, "all", level=0, departments=frozenset({"service"})),
    Share(
        "货款核对", BASICS, chosen=frozenset({"office", "unowned", "confidential"}), rights={"contact": SHOW, "personal": SHOW}, level=2,
        people=frozenset({"salesperson", "system_admin", "over"}),
    ),
    Share("合同互看", BASICS | CATALOGUE, "below", "service", kinds=frozenset({"HT01"}), people=frozenset({"desk", "field_agent"})),
    Share(
        "重点客户文件", BASICS | PROJECTS | LEAVES, chosen=frozenset({"office", "unowned"}), level=2,
        people=frozenset({"salesperson", "analyst", "system_admin"}),
    ),
    *(
        Share(
            ends, PEOPLE | PROFILE | PROJECTS | LEAVES, chosen=frozenset({"office", "above"}), rights=ROLES["archivist"].rights,
            people=frozenset({"clerk"}), ends=ends,
        )
        for ends in ("past", "stopped", "unreviewed", "to_come")
    ),
)  # fmt: skip
APART = frozenset({"system_admin", "security_admin"})
"""Roles whose holders read no dossier, whoever shares it."""


def in_force(who: Who) -> list[tuple[Role, str, str]]:
    """Roles that hold for a person, each with scope and value."""
    return [(ROLES[g.role], g.scope or ROLES[g.role].scope, g.value) for g in who.given if g.holds and who.is_active]


def holds(who: Who, act: str) -> bool:
    """Whether a person holds an act at all."""
    return any(act in role.acts for role, _scope, _value in in_force(who))


def reaches(who: Who, scope: str, value: str, fact: Fact) -> bool:
    """Whether a scope reaches a dossier."""
    if scope == "all" or fact.is_common:
        return True
    if scope == "own":
        return fact.owner == who.key
    root = value or who.department
    if scope == "department":
        return bool(root) and fact.department == root
    if scope == "below":
        return bool(root) and root in ABOVE[fact.department]
    if scope == "region":
        return bool(value) and fact.region.startswith(re.sub("0+$", "", value))
    return scope == "class" and value in fact.terms


def may(who: Who, act: str, fact: Fact) -> bool:
    """Whether a person may do something to a dossier, whatever its state."""
    if not who.is_active or who.fonds != fact.fonds or fact.level > who.clearance:
        return False
    return any(act in role.acts and reaches(who, scope, value, fact) for role, scope, value in in_force(who))


def sees(who: Who, fact: Fact) -> bool:
    """Whether a dossier, a record of the archive or a request exists for a person."""
    return is_own(who, fact) or bool(shared_with(who, fact, "Item" if fact.of is not None else "Customer"))


def is_own(who: Who, fact: Fact) -> bool:
    """Whether it exists for a person whatever is shared."""
    return may(who, fact.act, fact) or takes_part(who, fact) or any(is_own(who, other) for other in fact.also)


def shared_with(who: Who, fact: Fact, record: str) -> list[Share]:
    """Sharings through which a kind of record of a dossier, or of a paper of one, is open to a person."""
    held, dossier = {role.code for role, _scope, _value in in_force(who)}, fact.of or fact
    if (
        not held
        or held & APART
        or dossier.act != "customers.view"
        or dossier.fonds != "A"
        or who.fonds != dossier.fonds
    ):
        return []
    level = max(fact.level, dossier.level)
    return [
        share
        for share in SHARES
        if record in share.records and not share.ends and level <= min(share.level, who.clearance)
        and (who.key in share.people or held & share.roles or share.departments.intersection(ABOVE[who.department]))
        and (dossier.key in share.chosen if share.reach == "opened" else reaches(who, share.reach, share.value, dossier))
        and (not share.kinds or record not in LEAVES or fact.sort in share.kinds)
    ]  # fmt: skip


def takes_part(who: Who, fact: Fact) -> bool:
    """Whether somebody has a part in it."""
    return who.key in fact.parties and holds(who, fact.party_act)


def sees_batch(who: Who, fact: Fact) -> bool:
    """Whether a person sees the file that a dossier came from or is to come from: files bear no secrecy level of their own."""
    if not who.is_active or who.fonds != fact.fonds:
        return False
    return any("intake.use" in role.acts and reaches(who, scope, value, fact) for role, scope, value in in_force(who))


def right(who: Who, fact: Fact, kind: str, record: str = "Customer") -> str:
    """What a person sees of a class of fields of a kind of record of a dossier."""
    shared = shared_with(who, fact, record)
    if shared and kind in {"open", "internal"}:
        return SHOW
    return max([own_right(who, fact, kind), *(share.rights.get(kind, HIDE) for share in shared)], key=ORDER.__getitem__)


def own_right(who: Who, fact: Fact, kind: str) -> str:
    """What a person sees of a class of fields of a dossier whatever is shared."""
    if not is_own(who, fact):
        return HIDE
    if kind in {"open", "internal"}:
        return SHOW
    reached = [
        role.rights[kind]
        for role, scope, value in in_force(who)
        if (fact.act in role.acts and reaches(who, scope, value, fact))
        or (takes_part(who, fact) and fact.party_act in role.acts)
    ]
    return max(reached, key=ORDER.__getitem__, default=HIDE)


def staff_right(who: Who, other: Who) -> str:
    """What a person sees of a colleague's telephone."""
    if who.fonds != other.fonds or not who.is_active:
        return HIDE
    if who.key == other.key:
        return SHOW
    seen = [role.rights["contact"] for role, _scope, _value in in_force(who) if "access.view_people" in role.acts]
    return max(seen, key=ORDER.__getitem__, default=HIDE)


def column_right(who: Who, kind: str) -> str:
    """What of a class of fields a person sees of any dossier at all: whether a column may leave in a file."""
    if kind in {"open", "internal"}:
        return SHOW
    seen = [role.rights[kind] for role, _scope, _value in in_force(who) if "customers.view" in role.acts]
    return max(seen, key=ORDER.__getitem__, default=HIDE)


def masked(shape: str, value: str) -> str:
    """A value as who may see it partly sees it."""
    if shape == "email":
        return f"{value[0]}****@{value.split('@')[1]}"
    if shape == "mobile":
        return f"{value[:3]}****{value[-4:]}"
    if shape == "phone":
        return f"{value[:3]}****{value[-2:]}"
    if shape == "identity":
        return f"{value[:3]}***********{value[-4:]}"
    if shape == "account":
        return f"**** **** {value[-4:]}"
    return f"{value[0]}****" if shape == "wechat" else "****"
