"""Dossiers: opened with numbers from the ledger, changed, graded, given people, taken back."""

from collections.abc import Callable

from tests.harness.crash.acts.desk import Desk
from tests.harness.crash.journal import GOOD

MOST = 25


class CustomerDesk(Desk):
    """An archivist who writes dossiers of their own."""

    username = "shenzhixing"

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.mine: list[int] = []
        self.contacts: list[int] = []
        self.key_persons: list[int] = []
        self.grades: dict[int, str] = {}

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        some: list[tuple[int, Callable[[], None]]] = [(4, self.create)]
        if self.mine:
            some += [
                (8, self.edit),
                (5, self.add_contact),
                (4, self.add_key_person),
                (5, self.grade),
                (2, self.profile),
                (2, self.former),
            ]
        if self.contacts:
            some.append((3, self.leave))
        if self.key_persons:
            some.append((2, self.remove))
        if len(self.mine) > 5:
            some.append((2, self.withdraw))
        return some

    def one(self) -> int:
        return self.chance.choice(self.mine)

    def create(self) -> None:
        kind = self.chance.choice(["enterprise", "individual", "government"])
        path = f"/customers/new/?kind={kind}"
        form = self.page(path).form()
        act, answer = self.do(
            "customer.create", path,
            lambda token: form.filled(name=name_of(kind, token), confirmed_duplicates="on", remarks=token),
            party_kind=kind,
        )  # fmt: skip
        if answer is not None and act.state == GOOD:
            self.mine = [*self.mine, int(answer.location.rstrip("/").rpartition("/")[2])][-MOST:]

    def edit(self) -> None:
        pk = self.one()
        path = f"/customers/{pk}/edit/"
        form = self.page(path).form()
        self.do(
            "customer.edit",
            path,
            lambda token: form.filled(remarks=token, short_name=token, reason=f"试 {token}"),
            pk=pk,
        )

    def grade(self) -> None:
        pk = self.one()
        new = "A" if self.grades.get(pk) != "A" else "B"
        form = self.page(f"/customers/{pk}/grade/").form()
        act, _ = self.do(
            "customer.grade",
            f"/customers/{pk}/grade/",
            lambda token: form.filled(grade=new, reason=token),
            pk=pk,
            grade=new,
        )
        self.grades[pk] = new if act.state == GOOD else self.grades.get(pk, "")

    def former(self) -> None:
        pk = self.one()
        form = self.page(f"/customers/{pk}/former-name/").form()
        self.do(
            "customer.former", f"/customers/{pk}/former-name/", lambda token: form.filled(name=f"旧名{token}"), pk=pk
        )

    def profile(self) -> None:
        pk = self.one()
        path = f"/customers/{pk}/profile/edit/"
        form = self.page(path).form()
        self.do("customer.profile", path, lambda token: form.filled(service_area=token), pk=pk)

    def add_contact(self) -> None:
        self._add("contact.add", "contacts", self.contacts, post="经办")

    def add_key_person(self) -> None:
        self._add("key.add", "key-persons", self.key_persons, hobbies="围棋")

    def _add(self, kind: str, tail: str, known: list[int], **more: str) -> None:
        pk = self.one()
        path = f"/customers/{pk}/{tail}/new/"
        form = self.page(path).form()
        act, answer = self.do(kind, path, lambda token: form.filled(name=f"甲{token}", remarks=token, **more), pk=pk)
        if answer is not None and act.state == GOOD and self.chance.random() < 0.3:
            page = self.page(f"/customers/{pk}/{tail}/").text
            at = page.find(act.token)
            found = page.rfind(f"/customers/{tail}/", 0, page.find("/edit/", at)) if at >= 0 else -1
            number = page[found:].removeprefix(f"/customers/{tail}/").partition("/")[0] if found >= 0 else ""
            if number.isdecimal():
                known.append(int(number))

    def leave(self) -> None:
        pk = self.contacts.pop(self.chance.randrange(len(self.contacts)))
        self._verb("contact.leave", f"/customers/contacts/{pk}/leave/", pk)

    def remove(self) -> None:
        pk = self.key_persons.pop(self.chance.randrange(len(self.key_persons)))
        self._verb("key.remove", f"/customers/key-persons/{pk}/remove/", pk)

    def withdraw(self) -> None:
        pk = self.mine.pop(self.chance.randrange(len(self.mine)))
        self._verb("customer.withdraw", f"/customers/{pk}/withdraw/", pk)

    def _verb(self, kind: str, path: str, pk: int) -> None:
        answer = self.browser.get(path)
        if answer.status == 404 or answer.status >= 500:
            return  # taken back with its dossier, or an earlier try came through
        form = answer.form()
        self.do(kind, path, lambda token: form.filled(reason=f"试 {token}"), pk=pk)


class SecondCustomerDesk(CustomerDesk):
    """A colleague with the same rights."""

    username = "yezhen"


def name_of(kind: str, token: str) -> str:
    return {"enterprise": f"试炼{token}有限公司", "individual": f"甲{token}", "government": f"试炼{token}局"}[kind]
