"""A web server that lies, dawdles and leads astray."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<!DOCTYPE html><html><body>No picture here</body></html>"


@dataclass(slots=True)
class BadNeighbour:
    port: int
    picture: bytes
    asked: list[str] = field(default_factory=list)
    """The paths, in order."""
    leads_to: str = ""
    """Where /elsewhere redirects to."""

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"


@contextmanager
def bad_neighbour(picture: bytes) -> Iterator[BadNeighbour]:
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            neighbour.asked.append(self.path)
            # They go away in the middle, as they should.
            with suppress(OSError):
                self.behave(self.path.strip("/").partition("?")[0])

        def behave(self, path: str) -> None:
            match path:
                case "good.jpg":
                    self.answer(picture)
                case "page":
                    self.answer(PAGE, "text/html")
                case "page-as-jpeg":
                    self.answer(PAGE)
                case "text":
                    self.answer(b"just words", "text/plain")
                case "empty":
                    self.answer(b"")
                case "round-and-round":
                    self.lead_to("/round-and-round?again")
                case "elsewhere":
                    self.lead_to(neighbour.leads_to)
                case "never":
                    ended.wait(10)
                case "drip":
                    self.begin(1000)
                    for _piece in range(100):
                        self.wfile.write(b"x")
                        time.sleep(0.1)
                case "says-more":
                    self.begin(len(picture) + 1000)
                    self.wfile.write(picture)
                case "says-huge":
                    self.begin(1 << 40)
                case "says-nothing-and-goes-on":
                    self.begin(None)
                    while True:
                        self.wfile.write(b"\xff\xd8\xff" * 10_000)
                case "no-http":
                    self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
                case _:
                    self.send_error(int(path) if path.isdigit() else 404)

        def answer(self, body: bytes, kind: str = "image/jpeg") -> None:
            self.begin(len(body), kind)
            self.wfile.write(body)

        def begin(self, length: int | None, kind: str = "image/jpeg") -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.end_headers()

        def lead_to(self, address: str) -> None:
            self.send_response(302)
            self.send_header("Location", address)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    neighbour = BadNeighbour(server.server_address[1], picture)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield neighbour
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
