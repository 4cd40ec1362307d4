"""A store that speaks as much S3 as a backup needs, in this process; signatures are not looked at."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


class Store(BaseHTTPRequestHandler):
    """PUT, GET, HEAD, DELETE of objects, list of a bucket."""

    objects: dict[str, bytes]
    spoils: set[str]
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self._body()
        key = self._key()
        type(self).objects[key] = body[:-1] + b"?" if key.rpartition("/")[2] in self.spoils else body
        self._answer(200, b"", ETag=f'"{hashlib.md5(body).hexdigest()}"')

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        if "location" in query:
            self._answer(200, f"<LocationConstraint {NAMESPACE}>us-east-1</LocationConstraint>".encode())
        elif "list-type" in query or "prefix" in query:
            bucket, prefix = parts.path.strip("/").split("/")[0], query.get("prefix", [""])[0]
            lines = "".join(
                f"<Contents><Key>{escape(key.split('/', 1)[1])}</Key><LastModified>2026-11-21T00:00:00.000Z</LastModified>"
                f'<ETag>"x"</ETag><Size>{len(body)}</Size><StorageClass>STANDARD</StorageClass></Contents>'
                for key, body in sorted(self.objects.items())
                if key.startswith(f"{bucket}/{prefix}")
            )
            head = f"<Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"
            self._answer(200, f"<ListBucketResult {NAMESPACE}>{head}{lines}</ListBucketResult>".encode())
        elif self._key() in self.objects:
            self._answer(200, self.objects[self._key()], ETag='"x"')
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")

    def do_HEAD(self) -> None:
        found = self.objects.get(self._key())
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Length", str(len(found or b"")))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 00:00:00 GMT")
        self.end_headers()

    def do_DELETE(self) -> None:
        self.objects.pop(self._key(), None)
        self._answer(204, b"")

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).strip("/")

    def _body(self) -> bytes:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" not in self.headers.get("Content-Encoding", "") and "STREAMING" not in self.headers.get(
            "x-amz-content-sha256", ""
        ):
            return raw
        body = b""
        while raw:
            size, _crlf, raw = raw.partition(b"\r\n")
            count = int(size.split(b";")[0], 16)
            body, raw = body + raw[:count], raw[count + 2 :]
        return body

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/xml", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def bucket() -> Iterator[tuple[str, type[Store]]]:
    """Address of a fresh store, and what is in it."""
    kind = type("FreshStore", (Store,), {"objects": {}, "spoils": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", kind
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
