"""Many addresses, fetched at once and ahead of whoever reads the pictures, within a bound."""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from pictrace.errors import MachineRefuses, PicTraceError
from pictrace.fetching import FetchLimits
from pictrace.fetching.addresses import host_of
from pictrace.fetching.asking import Answer, Request, ask
from pictrace.fetching.guard import LookUp, look_up_by_system
from pictrace.fetching.session import WebSession
from pictrace.language import _

_AT_ONCE = 16
_AT_ONCE_FOR_A_HOST = 4
_AHEAD = 32
_AHEAD_BYTES = 64 << 20
_FAILURES_IN_A_ROW = 5
_LOOK_SECONDS = 0.1
_CLOSING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Arrived:
    request: Request
    outcome: Answer | PicTraceError | None
    """None where nothing has changed."""

    @property
    def size_bytes(self) -> int:
        return len(self.outcome.data) if isinstance(self.outcome, Answer) else 0


@dataclass(slots=True, eq=False)
class _Host:
    name: str
    waiting: deque[Request] = field(default_factory=deque)
    running: int = 0
    failures: int = 0
    """In a row, of the network's or the server's making."""

    def count(self, outcome: Answer | PicTraceError | None) -> None:
        self.failures = self.failures + 1 if isinstance(outcome, MachineRefuses) else 0

    def given_up(self) -> MachineRefuses:
        sentence = _("{host} failed {count} times in a row, so it was not asked for this. Try again later.")
        return MachineRefuses(sentence.format(host=self.name, count=self.failures))


class FetchAhead:
    """`with FetchAhead(requests, limits) as arriving`, then iterate: in the order in which they arrive, and None
    wherever nothing has for a moment. Left early, all that is under way is dropped."""

    def __init__(
        self,
        requests: Iterable[Request],
        limits: FetchLimits,
        *,
        look_up: LookUp = look_up_by_system,
        pauses_seconds: Mapping[str, float] | None = None,
    ) -> None:
        """With pauses, by host, each host is asked for one thing after the other."""
        self._limits = limits
        self._pauses_seconds = pauses_seconds
        self._look_up = look_up
        hosts: dict[str, _Host] = {}
        for request in requests:
            name = host_of(request.address)
            hosts.setdefault(name, _Host(name)).waiting.append(request)
        self._turns = deque(hosts.values())
        """The hosts that may be asked for one more."""
        self._left = sum(len(host.waiting) for host in hosts.values())
        self._arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self._running = self._held = self._held_bytes = 0
        """Under way; arrived and not taken yet. Counted by the thread alone."""
        self._changed = asyncio.Event()
        self._fetching: asyncio.Task[None] | None = None
        self._is_dropped = False
        self._thread = threading.Thread(target=self._run, name="fetch ahead", daemon=True)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._drop_all)
        self._thread.join(_CLOSING_SECONDS)

    def __iter__(self) -> Iterator[Arrived | None]:
        while self._left:
            try:
                arrived = self._arrived.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                if not self._thread.is_alive() and self._arrived.empty():
                    raise RuntimeError("the fetching thread has died") from None
                yield None
                continue
            self._left -= 1
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._make_room, arrived.size_bytes)
            yield arrived

    # In the thread

    def _run(self) -> None:
        with suppress(asyncio.CancelledError), asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._fetch_all())

    def _drop_all(self) -> None:
        self._is_dropped = True
        if self._fetching is not None:
            self._fetching.cancel()

    async def _fetch_all(self) -> None:
        if self._is_dropped:
            return
        self._fetching = asyncio.current_task()
        async with WebSession(self._look_up) as session, asyncio.TaskGroup() as group:
            while self._turns or self._running:
                while self._turns and self._has_room():
                    host = self._turns.popleft()
                    request = host.waiting.popleft()
                    host.running += 1
                    self._running += 1
                    group.create_task(self._fetch(host, request, session))
                    self._line_up(host)
                self._changed.clear()
                await self._changed.wait()

    async def _fetch(self, host: _Host, request: Request, session: WebSession) -> None:
        outcome: Answer | PicTraceError | None
        if host.failures >= _FAILURES_IN_A_ROW:
            outcome = host.given_up()
        else:
            try:
                outcome = await ask(request, self._limits, session)
            except PicTraceError as error:
                outcome = error
            host.count(outcome)
        arrived = Arrived(request, outcome)
        self._held += 1
        self._held_bytes += arrived.size_bytes
        self._arrived.put(arrived)
        if host.waiting and self._pauses_seconds is not None:
            await asyncio.sleep(self._pauses_seconds.get(host.name, 0.0))
        host.running -= 1
        self._running -= 1
        self._line_up(host)
        self._changed.set()

    def _line_up(self, host: _Host) -> None:
        """Hosts take turns, so that a slow one delays nobody else."""
        at_once = _AT_ONCE_FOR_A_HOST if self._pauses_seconds is None else 1
        if host.waiting and host.running < at_once and host not in self._turns:
            self._turns.append(host)

    def _has_room(self) -> bool:
        return self._running < _AT_ONCE and self._running + self._held < _AHEAD and self._held_bytes < _AHEAD_BYTES

    def _make_room(self, size_bytes: int) -> None:
        self._held -= 1
        self._held_bytes -= size_bytes
        self._changed.set()
