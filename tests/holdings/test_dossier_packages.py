"""A whole dossier as a package: complete or not at all, valid to tools that others wrote, taken in again without loss (PL-04)."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kedang.business.customers import services as customers
from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, Package, ReferenceCode, Volume
from kedang.business.holdings.packages.dossier import DossierContents
from kedang.business.holdings.packages.facts import Collector
from kedang.business.holdings.services import packages as p
from kedang.business.lending.services.sharing import Recipients, Wanted, share_start
from kedang.foundation.access.models import Grant, Role, Scope
from kedang.foundation.access.policies import can
from kedang.foundation.access.veil import reveal
from kedang.foundation.audit.models import Event
from kedang.foundation.files.services import file_open
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast, person_of
from tests.customers.making import make_customer
from tests.holdings.foreign import bag_problems, csip_problems, unpacked
from tests.holdings.handed import a_loose_item, pdf, put
from tests.holdings.premis import premis_problems
from tests.holdings.test_packages import a_rich_volume
from tests.lending.using import fresh

pytestmark = pytest.mark.usefixtures("data_dir")


def a_dossier(cast: Cast) -> Customer:
    """A customer with people, a class of its own, a rich volume, an open one, and loose papers."""
    customer = make_customer(
        cast.archivist, name="青山精密机械有限公司", responsible=cast.salesperson, department=cast.sales_one, bank_account="6222021234567890128",
        registered_capital="1200000.50", established_on="2010-05-06", remarks="老客户",
    )  # fmt: skip
    old = customers.contact_add(
        actor=cast.archivist, customer=customer, values={"name": "旧人", "mobile": "13900001111", "is_primary": True}
    )
    customers.contact_leave(actor=cast.archivist, contact=old, left_on=date(2025, 3, 1))
    customers.contact_add(
        actor=cast.archivist, customer=customer, values={"name": "赵文博", "mobile": "13800002222", "is_primary": True}
    )
    customers.key_person_add(actor=cast.archivist, customer=customer, values={"name": "钱总", "hobbies": "钓鱼"})
    customers.former_name_add(actor=cast.archivist, customer=customer, name="青山机械厂")
    customers.profile_change(actor=cast.archivist, customer=customer, values={"reputation": "良好"}, reason="走访")
    customers.customer_grade(actor=cast.archivist, customer=customer, grade="A", reason="连年增长")
    rich = a_rich_volume(cast)
    Volume.objects.filter(pk=rich.pk).update(customer=customer)
    Item.objects.filter(volume=rich).update(customer=customer)
    loose = a_loose_item(cast, customer=customer, title="来函一件")
    put(cast, loose, "来函.pdf", pdf(1))
    void = ReferenceCode.objects.create(
        fonds=cast.fonds, code="001-作废-0009", state="void", item=loose, reason="类别选错", given_by="沈砚", given_at=loose.created_at
    )  # fmt: skip
    assert void.pk
    return Customer.objects.get(pk=customer.pk)


def packed(cast: Cast, customer: Customer, kind: str, folder: Path) -> Path:
    made: Any = p.package_make(actor=cast.archivist, customer=customer, kind=kind)
    path = folder / f"dossier.{kind}.zip"
    with file_open(made.file) as stream:
        path.write_bytes(stream.read())
    return path


@pytest.mark.django_db(transaction=True)
def test_a_dossier_is_a_valid_bag_and_says_everything(cast: Cast, tmp_path: Path) -> None:
    customer = a_dossier(cast)
    path = packed(cast, customer, "bagit", tmp_path)
    report = p.package_verify(path=path)
    assert report.is_good and report.entries >= 10, report
    row: Any = Package.objects.get()
    assert (row.customer, row.volume) == (customer, None) and row.file.name == f"{customer.number}.bagit.zip"
    event = Event.objects.get(code="holdings.package_made")
    assert (event.parent_type, event.parent_id) == ("customers.customer", customer.pk)
    root = unpacked(path, tmp_path / "out")
    assert bag_problems(root) == ""
    facts = json.loads((root / "data" / "dossier.json").read_text())
    told = facts["customer"]
    assert (told["bank_account"], told["registered_capital"]) == ("6222021234567890128", "1200000.50"), (
        "complete, never masked"
    )
    assert [one["name"] for one in told["contacts"]] == ["旧人", "赵文博"] and told["contacts"][1][
        "mobile"
    ] == "13800002222"
    assert told["profile"]["reputation"] == "良好" and told["former_names"][0]["name"] == "青山机械厂"
    assert [one["title"] for one in facts["history"]][:1] == ["建立客户档案"] and all(
        one["by"] == "" for one in facts["history"]
    )
    assert facts["volumes"][0]["items"] and facts["loose"]["items"][0]["title"] == "来函一件"
    assert (root / "data" / "files" / "loose" / "0001" / "01" / "来函.pdf").exists()
    info = (root / "bag-info.txt").read_text()
    assert f"External-Identifier: {customer.number}" in info and "Kedang-Retention: D30 定期30年" in info


def test_a_dossier_is_valid_to_the_e_ark_foundation(cast: Cast, tmp_path: Path) -> None:
    from lxml import etree  # type: ignore[import-untyped]  # comes with the validator, without types

    path = packed(cast, a_dossier(cast), "csip", tmp_path)
    assert p.package_verify(path=path).is_good
    root = unpacked(path, tmp_path / "out")
    assert csip_problems(root) == []
    assert premis_problems(root / "metadata" / "preservation" / "premis.xml") == []
    schema = etree.XMLSchema(etree.parse(root / "schemas" / "kedang-volume-1.xsd"))
    schema.assertValid(etree.parse(root / "metadata" / "descriptive" / "dossier.xml"))


def plain_facts(actor: Any, customer: Customer) -> dict[str, Any]:
    """What must be the same elsewhere: without people and departments of the house, days of packing, numbers of customers."""
    facts = DossierContents(actor, customer).facts
    head = {
        k: v
        for k, v in facts["customer"].items()
        if k not in {"number", "created_at", "updated_at", "completeness", "responsible", "department"}
    }
    kept: dict[str, Any] = {"customer": head, "parts": []}
    for part in (*facts["volumes"], facts["loose"]):
        items = []
        for item in part["items"]:
            files = [{k: v for k, v in one.items() if k not in {"uploaded_at", "scanned_at"}} for one in item["files"]]
            left_out = {"department", "responsible", "customer", "files", "location"}
            items.append({**{k: v for k, v in item.items() if k not in left_out}, "files": files})
        codes = sorted((one["code"], one["state"], one["reason"], one["item"]) for one in part["codes"])
        kept["parts"].append({"items": items, "codes": codes, "retention": part["retention"]})
    return kept


@pytest.mark.parametrize("kind", ["bagit", "csip"])
def test_it_comes_in_again_without_loss_elsewhere(cast: Cast, tmp_path: Path, kind: str) -> None:
    customer = a_dossier(cast)
    path = packed(cast, customer, kind, tmp_path)
    before = plain_facts(cast.archivist, customer)
    made = p.package_import(actor=cast.stranger, path=path)
    assert made.is_customer_new and made.customer is not None and made.customer.fonds == cast.other_fonds
    after = plain_facts(cast.stranger, made.customer)
    assert after["customer"] == before["customer"]
    assert after["parts"] == before["parts"]
    assert [one.title for one in made.items] == ["来函一件"] and len(made.volumes) == 1 and made.codes == []
    assert {one.customer for one in (*made.volumes, *made.items)} == {made.customer}
    bytes_of = [file_open(one.file).read() for one in Item.objects.get(pk=made.items[0].pk).files.all()]
    assert bytes_of == [pdf(1)]
    kept = Package.objects.get(customer=made.customer)
    assert kept.digest == Package.objects.get(customer=customer).digest
    assert Event.objects.filter(code="holdings.package_imported").count() == 2
    with pytest.raises(Refused) as told:
        p.package_import(actor=cast.stranger, path=path)
    assert told.value.code == "package_again"
    Item.objects.filter(pk=made.items[0].pk).update(title="改了名的来函")
    again = p.package_import(actor=cast.stranger, path=path)
    assert not again.is_customer_new and not again.volumes and [one.title for one in again.items] == ["来函一件"]
    assert any("青山" in line for line in again.known) and len(again.known) == 2


def test_whoever_may_not_have_all_of_it_packs_none_of_it(cast: Cast) -> None:
    customer = a_dossier(cast)

    def refused(actor: Any, **given: Any) -> str:
        with pytest.raises(Refused) as told:
            p.package_make(actor=actor, customer=customer, kind=given.get("kind", "bagit"))
        return told.value.code

    for who in (cast.salesperson, cast.reader, cast.head, cast.auditor, cast.clerk):
        with pytest.raises((NotAllowed, OutOfScope)):
            p.package_make(actor=who, customer=customer, kind="bagit")
    with pytest.raises(OutOfScope):
        p.package_make(actor=cast.stranger, customer=customer, kind="bagit")
    assert refused(cast.archivist, kind="tar") == "package_kind"
    Item.objects.filter(title="来函一件").update(secrecy_level=4)
    assert refused(cast.archivist) == "dossier_records_hidden"
    Item.objects.update(secrecy_level=1)
    Volume.objects.update(secrecy_level=4)
    assert refused(cast.archivist) == "dossier_records_hidden"
    assert not Package.objects.exists()


def test_what_is_only_shared_to_be_read_leaves_with_no_package(cast: Cast, tmp_path: Path) -> None:
    """A sharing shows on the page what the role of who packs hides; it opens no way out, not even for the customer's name."""
    customer = a_dossier(cast)
    rights = dict.fromkeys(("contact", "identity", "account", "personal"), "show")
    acts = [
        "customers.view",
        "customers.export",
        "customers.unmask",
        "holdings.view",
        "holdings.export",
        "holdings.read",
    ]
    role = Role.objects.create(fonds=cast.fonds, code="packer", name="封装员", actions=acts, field_rights=rights)
    packer = person_of(cast.fonds, "packer", "封装人")
    packer.save()
    Grant.objects.create(person=packer, role=role, scope=Scope.ALL)
    parts = ["customers.people", "customers.profile"]
    share = Wanted(reach="opened", customers=[customer], parts=parts, field_rights={"assessment": "show"})
    until = clock.now() + timedelta(days=30)
    told = {"title": "评级", "purpose": "评级复核", "recipients": Recipients(people=[packer]), "until": until}
    share_start(actor=cast.archivist, wanted=share, **told)
    packer = fresh(packer)
    assert reveal(packer, customer, "grade_reason").text == "连年增长"
    with pytest.raises(Refused, match="性格") as refused:
        p.package_make(actor=packer, customer=customer, kind="bagit")
    assert refused.value.code == "dossier_fields_hidden"
    Role.objects.filter(pk=role.pk).update(actions=[code for code in acts if not code.startswith("customers.")])
    packer, volume = fresh(packer), Volume.objects.get(customer=customer)
    assert can(packer, "customers.view", customer)
    made = Collector(packer, volume).facts()
    assert made["volume"]["customer"] is None and "volume.customer" in made["veiled"]


def test_the_command_packs_a_dossier_and_takes_it_in(cast: Cast, tmp_path: Path) -> None:
    from kedang.project.cli import build_parser

    customer, out = a_dossier(cast), tmp_path / "out.zip"

    def run(*words: str) -> dict[str, Any]:
        args = build_parser().parse_args(["package", *words, "--json"])
        answer: dict[str, Any] = args.run(args)
        return answer

    made = run("export", customer.number, "--dossier", "--to", str(out), "--as", "shenyan")
    assert (made["customer"], made["items"]) == (customer.number, 3) and out.stat().st_size == made["bytes"]
    assert run("verify", str(out))["ok"]
    taken = run("import", str(out), "--fonds", "002", "--as", "zhaopeng")
    assert taken["customer_is_new"] and taken["loose_items"] == 1 and taken["items"] == 3 and len(taken["volumes"]) == 1
    with pytest.raises(Refused) as told:
        run("export", "无此客户", "--dossier", "--to", str(tmp_path / "n.zip"))
    assert told.value.code == "customer_unknown"
