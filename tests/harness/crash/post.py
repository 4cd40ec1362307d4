"""The other side of the mail: a server that takes every message and remembers it. It lives outside of everything that is killed."""

import email
import email.policy
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Letter = tuple[str, str]
"""To whom, and the subject."""


class _Talk(socketserver.StreamRequestHandler):
    """As much of SMTP as one client speaks. A message counts from the moment in which it was taken, whether the answer arrives or not."""

    def handle(self) -> None:
        to: list[str] = []
        self.say("220 harness")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"RCPT":
                to.append(line.decode().partition("<")[2].partition(">")[0])
            if word == b"DATA":
                self.say("354 go on")
                self.take(to, b"".join(self.lines()))
            self.say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def lines(self) -> Iterator[bytes]:
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            yield line.removeprefix(b".") if line.startswith(b"..") else line

    def take(self, to: list[str], content: bytes) -> None:
        message = email.message_from_bytes(content, policy=email.policy.default)
        post: Post = self.server.post  # type: ignore[attr-defined]  # put there by Post
        post.take([(one, str(message["Subject"]).strip()) for one in to])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The client was killed in the middle of a sentence."""


class Post:
    """Letters as they came in."""

    def __init__(self) -> None:
        self._lock, self._letters = threading.Lock(), Counter[Letter]()
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.post = self  # type: ignore[attr-defined]  # the talk finds its way back
        self.port = int(self._server.server_address[1])

    def take(self, letters: list[Letter]) -> None:
        with self._lock:
            self._letters.update(letters)

    def letters(self) -> Counter[Letter]:
        """A copy of what has come."""
        with self._lock:
            return Counter(self._letters)


@contextmanager
def opened() -> Iterator[Post]:
    """A post office for as long as the block lasts."""
    post = Post()
    thread = threading.Thread(target=post._server.serve_forever, args=(0.2,), daemon=True, name="post")
    thread.start()
    try:
        yield post
    finally:
        post._server.shutdown()
        post._server.server_close()
