"""A web server on this computer that offers one file, as well or as badly as a test wants."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class WeightsServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.tag = '"first"'
        self.status = 200
        self.cut_after: int | None = None
        """Bytes of one answer after which the connection is cut."""
        self.stall_seconds = 0.0
        self.redirect: str | None = None
        self.knows_ranges = True
        self.asked: list[str] = []
        """The Range of each request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/resnet/weights.h5"


class _Handler(BaseHTTPRequestHandler):
    server: WeightsServer

    def do_GET(self) -> None:
        server = self.server
        server.asked.append(self.headers.get("Range", ""))
        time.sleep(server.stall_seconds)
        if server.redirect is not None:
            self.send_response(302)
            self.send_header("Location", server.redirect)
            self.end_headers()
            return
        if server.status != 200:
            self.send_error(server.status)
            return
        start = 0
        if server.knows_ranges and "Range" in self.headers and self.headers.get("If-Range") in (None, server.tag):
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        whole = len(server.content)
        if start >= whole > 0 and start:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{whole}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        self.send_header("Content-Length", str(whole - start))
        self.send_header("ETag", server.tag)
        self.end_headers()
        end = whole if server.cut_after is None else min(whole, start + server.cut_after)
        self.wfile.write(server.content[start:end])

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(content: bytes) -> Iterator[WeightsServer]:
    with WeightsServer(content) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
