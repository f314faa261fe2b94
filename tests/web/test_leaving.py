"""People who close the page before their answer is there."""

import asyncio
import threading

from fastapi import FastAPI, Request

from pictrace.web.leaving import while_connected
from tests.web.talking import ask, plug, serving


def test_nothing_is_worked_out_for_who_has_gone() -> None:
    began, given_up = threading.Event(), threading.Event()
    app = FastAPI()

    async def work() -> str:
        began.set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            given_up.set()
            raise
        return "too late"

    async def quick() -> str:
        await asyncio.sleep(0.01)
        return "done"

    @app.post("/slow")
    async def slow(request: Request, asked: dict[str, int]) -> str:
        assert asked == {"a": 1}
        return await while_connected(request, work())

    @app.post("/quick")
    async def fast(request: Request) -> str:
        return await while_connected(request, quick())

    with serving(app) as port:
        with plug(port) as connection:
            head = b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n"
            connection.sendall(head + b'{"a":1}')
            assert began.wait(20)
            assert not given_up.is_set()
        assert given_up.wait(20)
        assert ask(port, "POST", "/quick").json == "done"
