"""A small browser: one connection, cookies, and the form of a page with everything that stands in it."""

import base64
import html
import http.client
import json
import re
import secrets
import zlib
from collections.abc import Iterable
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

TIMEOUT = 45.0
ERROR = 40
"""Level of a message that says that nothing was done."""
Fields = list[tuple[str, str]]


class Gone(Exception):
    """No answer came: nobody knows whether the request was carried out."""


class NotSent(Gone):
    """Nobody listened: the request has not left."""


class Answer:
    """Status, where it leads to, and the page."""

    def __init__(self, status: int, location: str, body: bytes, headers: Any, told: str = "") -> None:
        self.status, self.location, self.body, self.headers = status, location, body, headers
        self.told = told

    @property
    def is_refusal(self) -> bool:
        """The next page will say in red that nothing was done."""
        messages = _messages(self.told)
        return bool(messages) and messages[-1][1] >= ERROR

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def problem(self) -> str:
        """What a page that was sent back says first."""
        said = self.text.partition('role="alert"')[2][:600]
        return " ".join(re.sub(r"<[^>]*>|^[^>]*>", " ", said).split())[:160]

    def key_of(self, path: str, words: str) -> int:
        """The number in the link of a list whose text has these words; 0 where there is none."""
        found = re.search(rf'href="{re.escape(path)}(\d+)/[^"]*"[^>]*>[^<]*{re.escape(words)}', self.text)
        return int(found.group(1)) if found else 0

    def options(self, name: str) -> list[tuple[str, str]]:
        """What a select offers: values with their words; the empty choice is left out."""
        found = re.search(rf'<select[^>]*name="{name}".*?</select>', self.text, re.DOTALL)
        some = re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)', found.group(0)) if found else []
        return [(value, html.unescape(words)) for value, words in some]

    def form(self, holding: str = "") -> "Form":
        """The form of the page (the one that is not furniture), or the one that holds an input."""
        found = _Forms()
        found.feed(self.text)
        for form in found.forms:
            if any(name == holding for name, _ in form.fields) if holding else "panel" in form.classes.split():
                return form
        raise LookupError(f"no form {holding!r} on a page with status {self.status}: {self.text[:300]}")


def _messages(cookie: str) -> list[Any]:
    """What the next page will say, as the cookie carries it: JSON, perhaps compressed, signed."""
    packed = cookie.split(":")[0]
    if not packed:
        return []
    raw = base64.urlsafe_b64decode(packed.removeprefix(".") + "=" * (-len(packed.removeprefix(".")) % 4))
    found: list[Any] = json.loads(zlib.decompress(raw) if packed.startswith(".") else raw)
    return [entry[1:] if len(entry) > 3 and entry[0] == "__json_message" else entry for entry in found]


class Form:
    """Inputs of a form in their order, with their values."""

    def __init__(self, action: str, classes: str) -> None:
        self.action, self.classes = action, classes
        self.fields: Fields = []

    def filled(self, **values: str) -> Fields:
        """The form as a person sends it: what stood in it, and what was typed."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        return [*kept, *values.items()]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._text = ""
        self._first: str | None = None
        self._chosen = False
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {key: value or "" for key, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("class", ""))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and name and "disabled" not in given:
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            if kind not in ("submit", "button", "file", "image", "reset"):
                self._form.fields.append((name, given.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "select" and name:
            self._select, self._first, self._chosen = name, None, False
        elif tag == "option" and self._select:
            value = given.get("value", "")
            self._first = value if self._first is None else self._first
            if "selected" in given:
                self._form.fields.append((self._select, value))
                self._chosen = True
        elif tag == "textarea" and name:
            self._text, self._words = name, []

    def handle_data(self, data: str) -> None:
        if self._text:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._form is None:
            return
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select:
            if not self._chosen and self._first is not None:
                self._form.fields.append((self._select, self._first))
            self._select = ""
        elif tag == "textarea" and self._text:
            self._form.fields.append((self._text, "".join(self._words).removeprefix("\n")))
            self._text = ""


class Browser:
    """One person at the keyboard. The session outlives every restart of the server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: Iterable[tuple[str, str]]) -> Answer:
        """Send a form; the token against forgery comes from the cookie."""
        data = [(key, value) for key, value in fields if key != "csrfmiddlewaretoken"]
        body = urlencode([("csrfmiddlewaretoken", self.cookies.get("csrftoken", "")), *data]).encode()
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def upload(
        self, path: str, fields: Iterable[tuple[str, str]], name: str, content: bytes, *, field: str = "file"
    ) -> Answer:
        """Send a file."""
        edge = secrets.token_hex(12)
        parts = [("csrfmiddlewaretoken", self.cookies.get("csrftoken", ""))]
        parts += [(key, value) for key, value in fields if key != "csrfmiddlewaretoken"]
        body = b"".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in parts
        )
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
        body += head + content + f"\r\n--{edge}--\r\n".encode()
        return self._ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def send_json(self, path: str, content: Any) -> Answer:
        """Send what a script of a page would send."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.cookies.get("csrftoken", "")}
        return self._ask("POST", path, json.dumps(content).encode(), headers)

    def sign_in(self, username: str) -> None:
        """Through the door of the demo company."""
        page = self.get("/sign-in/")
        assert page.status == 200, page.status
        answer = self.post("/sign-in/", [("demo", username)])
        if answer.status != 302:
            raise LookupError(f"{username} could not sign in: {answer.status} {answer.text[:400]}")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        sent = {**headers, "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        try:
            self._connection.request(method, path, body, sent)
            response = self._connection.getresponse()
            content = response.read()
        except ConnectionRefusedError as error:
            self.close()
            raise NotSent(str(error)) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Gone(f"{type(error).__name__}: {error}") from error
        told = ""
        for value in response.headers.get_all("Set-Cookie") or []:
            for key, morsel in SimpleCookie(value).items():
                self.cookies[key] = morsel.value
                told = morsel.value if key == "messages" else told
        if (response.headers.get("Connection") or "").lower() == "close":
            self.close()
        return Answer(response.status, response.headers.get("Location") or "", content, response.headers, told)
