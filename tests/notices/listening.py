"""A robot's server and a mail server that really listen, and remember what they were told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


@dataclass
class Robot:
    """What came, and what is answered."""

    url: str = ""
    came: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    answer: dict[str, Any] = field(default_factory=lambda: {"errcode": 0, "code": 0})


@contextmanager
def robot() -> Iterator[Robot]:
    """A server on this machine."""
    kept = Robot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.came.append((self.path, orjson.loads(body)))
            self.send_response(kept.status)
            self.end_headers()
            self.wfile.write(orjson.dumps(kept.answer))

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/robot?key=KEY-NOBODY-MAY-SEE"
    with running(server):
        yield kept


@dataclass
class Mailbox:
    """What came."""

    port: int = 0
    mails: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    refuses: bool = False


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server of the few words that a client needs."""
    kept = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                if word == "RCPT":
                    kept.to.append(line)
                    self.say("550 nobody" if kept.refuses else "250 ok")
                elif word == "DATA":
                    self.say("354 go on")
                    lines = []
                    while (text := self.rfile.readline().decode()) not in (".\r\n", ""):
                        lines.append(text)
                    kept.mails.append("".join(lines))
                    self.say("250 taken")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    with running(server):
        yield kept


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    """Until the block ends."""
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
