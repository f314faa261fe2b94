"""The worker process, started when there is work, watched, and replaced when it dies."""

import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from pictrace.blame import Blame
from pictrace.errors import MachineRefuses, PicTraceError
from pictrace.events import Cancelled, Committed, Decoding, Event, Failed, Finished, Found
from pictrace.job import Job
from pictrace.language import _
from pictrace.questions import EmbedderChoice
from pictrace.settings import Settings
from pictrace.worker import Control, MoreMatches, Order, Start, Verb, serve

_LOOK_SECONDS = 0.2
_CLOSING_SECONDS = 1.5
_DEATHS_WITHOUT_PROGRESS = 20
_UNEXPLAINED_COUNTS = 7
"""How many deaths one counts for that no picture and nobody outside can be blamed for."""


@contextmanager
def _shielded_from_interrupts() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal. One that is started in here does not hear it, not even before it can
    say that it does not want to."""
    if sys.platform == "win32":
        yield
        return
    # Multiprocessing starts it with the first process, and lets interrupts through again when it does.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class EngineProcess:
    """Keeps a worker running for as long as there is work, and learns from its deaths which pictures to distrust."""

    def __init__(
        self, settings: Settings, embedder: EmbedderChoice = EmbedderChoice.AUTO, *, private_addresses: bool = True
    ) -> None:
        self._settings = settings
        self.private_addresses = private_addresses
        self._embedder = embedder
        self.workers_begun = 0
        """A new one knows only what was remembered."""
        self._blame = Blame()
        self._deaths_without_progress = 0
        self._alone: Job | None = None
        """The others wait: it has to show whether it was this one that killed the worker."""
        self._jobs: dict[int, Job] = {}
        self._last_job = 0
        self._lock = threading.RLock()
        self._work = threading.Event()
        self._closing = False
        self._connection: Connection | None = None
        self._process: SpawnProcess | None = None
        self._outgoing: queue.SimpleQueue[tuple[Connection, Start | Control | None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._deliver, name="messages to the worker", daemon=True).start()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self._supervisor.start()

    def __enter__(self) -> "EngineProcess":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def start(self, verb: Verb, *, wake: Callable[[], None] | None = None, **arguments: Any) -> Job:
        """`wake` is called, by another thread and with no time to lose, whenever there is something to poll."""
        with self._lock:
            self._last_job += 1
            job = self._jobs[self._last_job] = Job(
                Start(self._last_job, verb, arguments), self.send, self._settings.picture_seconds, wake
            )
            if self._alone is None:
                self.send(job.start)
        self._work.set()
        return job

    def close(self) -> None:
        """What was done is kept; nothing is left running after about two seconds."""
        with self._lock:
            self._closing = True
            for job in self._jobs.values():
                self.send(Control(job.start.job, Order.CANCEL))
            if not self._jobs and self._process is not None:
                self._process.kill()  # the supervisor would do so too, after its next look
        self._work.set()
        self._supervisor.join()
        self._outgoing.put(None)

    def send(self, message: Start | Control) -> None:
        """Without waiting. Lost when there is no worker just now: the next one is told everything that matters."""
        with self._lock:
            if self._connection is not None:
                self._outgoing.put((self._connection, message))

    def _deliver(self) -> None:
        """In a thread of its own: a worker that is busy takes a large message late. None after the last message for a
        connection closes it here, as it may be in use until then."""
        while (outgoing := self._outgoing.get()) is not None:
            connection, message = outgoing
            with suppress(OSError):
                if message is None:
                    connection.close()
                else:
                    connection.send(message)

    def _supervise(self) -> None:
        while True:
            self._work.wait()
            if self._closing:
                return
            try:
                process, connection = self._spawn()
            except OSError as error:
                sentence = _("The search cannot be started on this machine just now ({reason}).")
                self._fail(MachineRefuses(sentence.format(reason=error.strerror or error)))
                continue
            stalled = self._relay(process, connection)
            with self._lock:
                self._connection = None
                if not self._jobs and not self._closing:
                    self._work.clear()
            self._outgoing.put((connection, None))
            process.join()
            if not self._closing:
                self._learn(process.exitcode, stalled)

    def _spawn(self) -> tuple[SpawnProcess, Connection]:
        # Read by the child before it imports numpy: a pool of threads calls small matrix products there, and more
        # threads inside each of them would only stand in the way.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve,
            args=(theirs, self._settings, self._embedder, self._blame.distrust, self.private_addresses),
            name="pictrace",
            daemon=True,
        )
        with _shielded_from_interrupts():
            process.start()
        theirs.close()
        with self._lock:
            self._connection, self._process = ours, process
            self.workers_begun += 1
            self._begin_again()
        return process, ours

    def _begin_again(self) -> None:
        """With the lock held: all jobs, or the one that has to be alone."""
        for number, job in list(self._jobs.items()):
            job.begin_again()
            if job.cancelled:
                # It was asked to end while there was no worker to hear it.
                del self._jobs[number]
                job.tell(Cancelled())
        if self._alone is not None and self._alone.start.job not in self._jobs:
            self._alone = None
        for job in self._jobs.values():
            if self._alone in (None, job):
                self.send(job.start)
                if job.paused:
                    self.send(Control(job.start.job, Order.PAUSE))

    def _relay(self, process: SpawnProcess, connection: Connection) -> bool:
        """Until the worker has ended. True if it had to be, because it stalled."""
        closing_at = None
        while True:
            ready = wait([connection, process.sentinel], timeout=_LOOK_SECONDS)
            if connection in ready:
                try:
                    self._tell(*connection.recv())
                except (EOFError, OSError):
                    process.join(_CLOSING_SECONDS)
                    process.kill()
                    return False
            elif process.sentinel in ready:
                return False
            if self._closing:
                now = time.monotonic()
                closing_at = closing_at or now
                if not self._jobs or now - closing_at > _CLOSING_SECONDS:
                    process.kill()
                    return False
            elif any(job.is_overdue for job in self._jobs.values()):
                process.kill()
                return True

    def _tell(self, number: int, event: Event | MoreMatches) -> None:
        with self._lock:
            job = self._jobs.get(number)
            if job is None:
                return
            if isinstance(event, Decoding):
                job.decodes(event)
                return
            if isinstance(event, Committed | Found):
                self._deaths_without_progress = 0
            if isinstance(event, Finished | Cancelled | Failed):
                del self._jobs[number]
                if job is self._alone:
                    self._begin_again()
        job.tell(event)

    def _learn(self, exitcode: int | None, stalled: bool) -> None:
        from_outside = not stalled and exitcode in (-getattr(signal, "SIGKILL", 9), -signal.SIGTERM)
        if stalled:
            reason = _("Decoding it took longer than {seconds:g} seconds.").format(
                seconds=self._settings.picture_seconds
            )
        else:
            reason = _("Decoding it made the decoder crash.")
        with self._lock:
            suspects = [job for job in self._jobs.values() if job.in_hand]
            in_hand = {key for job in suspects for key in job.in_hand}
            self._deaths_without_progress += 1 if from_outside or in_hand else _UNEXPLAINED_COUNTS
            self._blame.learn(in_hand, None if from_outside else reason)
            if len(suspects) > 1:
                self._alone = _soonest_done(suspects)
            elif self._alone not in suspects:
                self._alone = None
            if self._deaths_without_progress >= _DEATHS_WITHOUT_PROGRESS:
                self._fail(PicTraceError(_("The search stopped unexpectedly. Your index is safe.")))

    def _fail(self, error: PicTraceError) -> None:
        with self._lock:
            self._deaths_without_progress = 0
            self._alone = None
            self._work.clear()
            for job in self._jobs.values():
                job.tell(Failed(error, ""))
            self._jobs.clear()


def _soonest_done(jobs: Iterable[Job]) -> Job | None:
    """A query is answered soon; an indexing has many pictures in hand."""
    return min((job for job in jobs if not job.paused), key=lambda job: len(job.in_hand), default=None)
