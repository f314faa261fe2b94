"""One connection, from before its first request to its end: nobody may hold it for nothing."""

import asyncio
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from pictrace.language import _
from pictrace.web.headers import SECURITY_HEADERS
from pictrace.web.problems import MEDIA_TYPE, problem_body

MOST_CONNECTIONS = 500


class Connection(H11Protocol):
    """Whoever connects has to say in time what for, and to take the answer."""

    request_seconds = 20.0
    answer_seconds = 30.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # The guard keeps a log; this one would show what stands in queries.
        self.access_log = False
        self._overdue: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, _("Too many people use this service. Try again in a minute."))
        else:
            self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        self._expect_no_reader()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._expect_nothing()
        elif self._overdue is None:
            self._expect_request()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_no_reader()
        self._expect_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._expect_no_reader()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's words)
        self._refuse(HTTPStatus.BAD_REQUEST, _("This is no HTTP request that PicTrace understands."))

    def _expect_request(self) -> None:
        self._overdue = self.loop.call_later(self.request_seconds, self._give_up)

    def _expect_nothing(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _expect_reader(self) -> None:
        unread = self.transport.get_write_buffer_size()
        self._stuck = self.loop.call_later(self.answer_seconds, self._look_whether_it_reads, unread)

    def _expect_no_reader(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _look_whether_it_reads(self, unread: int) -> None:
        if self.transport.get_write_buffer_size() < unread:
            self._expect_reader()
        else:
            self.transport.abort()

    def _give_up(self) -> None:
        sentence = _("No request arrived in time. Check the connection, and try again.")
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, sentence)

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE) and not self.transport.is_closing():
            body = problem_body(status, sentence)
            headers = {
                **SECURITY_HEADERS,
                "Content-Type": MEDIA_TYPE,
                "Content-Length": str(len(body)),
                "Connection": "close",
            }
            answer = h11.Response(status_code=status, headers=list(headers.items()), reason=status.phrase)
            for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
