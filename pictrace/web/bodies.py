"""What a request may bring: bounded in size, in time, and in the memory that all of them take together."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pictrace.language import _
from pictrace.web.headers import only
from pictrace.web.problems import Problem

_AROUND_AN_UPLOAD = 1 << 16
"""What a form takes beside its file."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    upload_path: str
    upload_bytes: int
    other_bytes: int = 1 << 16
    silence_seconds: float = 15.0
    whole_seconds: float = 120.0
    memory_bytes: int = 128 << 20
    """Of all uploads that are being received or answered; others wait for their turn."""
    turn_seconds: float = 120.0
    lingering_seconds: float = 5.0


class Bodies:
    """The limits hold while a body arrives, whatever the request says of its length."""

    def __init__(self, app: ASGIApp, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits
        self._room = _Room(max(limits.memory_bytes, limits.upload_bytes + _AROUND_AN_UPLOAD))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        declared = only(headers, "content-length")
        if "transfer-encoding" not in headers and declared in ("", "0"):
            await self._app(scope, receive, send)
            return
        room = self._room if scope["path"] == self._limits.upload_path else None
        body = _Body(receive, self._limits, int(declared) if declared else None, room)
        try:
            await self._app(scope, body.receive, body.lingering(send))
        finally:
            await body.give_back()


class _Body:
    def __init__(self, receive: Receive, limits: BodyLimits, declared: int | None, room: "_Room | None") -> None:
        self._receive = receive
        self._limits = limits
        self._most = limits.other_bytes if room is None else limits.upload_bytes + _AROUND_AN_UPLOAD
        self._expected = self._most if declared is None else declared
        self._room = room
        self._held = 0
        self._received = 0
        self._deadline: float | None = None
        self._is_complete = False
        self._is_answered = False

    async def receive(self) -> Message:
        """Raises Problem. Nobody asks before the request is let in, so that room is given to nobody else."""
        if self._is_complete:
            return await self._receive()
        if self._is_answered:
            return {"type": "http.disconnect"}
        if self._deadline is None:
            self._deadline = await self._begin()
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(min(self._deadline, now + self._limits.silence_seconds)):
                message = await self._receive()
        except TimeoutError:
            sentence = _("What was sent arrived too slowly. Check the connection, and try again.")
            raise Problem(408, sentence) from None
        self._received += len(message.get("body", b""))
        if self._received > self._most:
            raise self._too_large()
        self._is_complete = not message.get("more_body", False)
        return message

    async def _begin(self) -> float:
        if self._expected > self._most:
            raise self._too_large()
        if self._room is not None:
            await self._room.take(self._expected, self._limits.turn_seconds)
            self._held = self._expected
        return asyncio.get_running_loop().time() + self._limits.whole_seconds

    def _too_large(self) -> Problem:
        if self._room is None:
            return Problem(413, _("What was sent is too large. Send what /docs describes."))
        sentence = _("The picture is larger than {megabytes} MB, which is too much here. Send a smaller version of it.")
        return Problem(413, sentence.format(megabytes=self._limits.upload_bytes >> 20))

    def lingering(self, send: Send) -> Send:
        """Who is still sending when the answer is ready would lose it if the connection were closed at once."""

        async def send_and_linger(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._is_answered = True
                if not self._is_complete:
                    MutableHeaders(scope=message)["Connection"] = "close"
            elif not self._is_complete and not message.get("more_body", False):
                await send({**message, "more_body": True})
                await self._pour_away()
                message = {"type": "http.response.body"}
            await send(message)

        return send_and_linger

    async def _pour_away(self) -> None:
        try:
            async with asyncio.timeout(self._limits.lingering_seconds):
                while (await self._receive()).get("more_body", False):
                    pass
        except TimeoutError:
            pass

    async def give_back(self) -> None:
        if self._room is not None:
            await self._room.give_back(self._held)


class _Room:
    """Bytes that are free."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._changed = asyncio.Condition()

    async def take(self, size: int, seconds: float) -> None:
        """Raises Problem."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: size <= self._free)
                self._free -= size
        except TimeoutError:
            sentence = _("Too many pictures are being sent at the same time. Try again in a minute.")
            raise Problem(503, sentence, {"Retry-After": "60"}) from None

    async def give_back(self, size: int) -> None:
        async with self._changed:
            self._free += size
            self._changed.notify_all()
