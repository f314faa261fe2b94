"""A web server on this computer that answers as well or as badly as a test wants."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class WebServer:
    def __init__(self, host: str) -> None:
        self.host = host
        self.port = 0
        self.pages: dict[str, Handler] = {}
        """By path."""
        self.asked: list[web.BaseRequest] = []

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def give(self, path: str, data: bytes, status: int = 200, **headers: str) -> None:
        """With If-None-Match and If-Modified-Since obeyed, where the headers have an ETag or Last_Modified."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(request: web.BaseRequest) -> web.Response:
            tag, date = sent.get("ETag"), sent.get("Last-Modified")
            if (tag and request.headers.get("If-None-Match") == tag) or (
                date and request.headers.get("If-Modified-Since") == date
            ):
                return web.Response(status=304)
            return web.Response(status=status, body=data, headers=sent)

        self.pages[path] = answer

    def redirect(self, path: str, to: str) -> None:
        self.give(path, b"", 302, Location=to)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request)
        page = self.pages.get(request.path)
        return web.Response(status=404) if page is None else await page(request)

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, self.host, self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        started.set()
        await stop.wait()
        await runner.cleanup()


@contextmanager
def serving(host: str = "127.0.0.1", port: int = 0) -> Iterator[WebServer]:
    server = WebServer(host)
    server.port = port
    with _in_a_thread(server.serve):
        yield server


@contextmanager
def talking(talk: Talk) -> Iterator[str]:
    """A server that may break the rules of HTTP; its address."""
    ports: list[int] = []

    async def serve(started: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        started.set()
        await stop.wait()
        server.close()

    with _in_a_thread(serve):
        yield f"http://127.0.0.1:{ports[0]}/a.jpg"


@contextmanager
def _in_a_thread(serve: Callable[[threading.Event, asyncio.Event], Awaitable[None]]) -> Iterator[None]:
    started, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def run() -> None:
        await serve(started, stop)

    def live() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
