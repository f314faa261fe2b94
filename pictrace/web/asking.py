"""Questions to the engine's worker, for a program that waits for many things at once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from pictrace.engine_process import EngineProcess
from pictrace.errors import Interrupted, PictureUnreadable
from pictrace.events import Cancelled, Event, Failed, Finished
from pictrace.language import _
from pictrace.web.labels import Labels
from pictrace.web.problems import Problem, problem_of
from pictrace.worker import Verb

_log = logging.getLogger("pictrace.web")


class Asking:
    def __init__(self, engine: EngineProcess, labels: Labels) -> None:
        self.engine = engine
        self._labels = labels
        self._waiting: set[asyncio.Event] = set()
        self._closed = False

    def start(self, verb: Verb, **arguments: Any) -> "Question":
        return Question(self, verb, arguments)

    async def result(self, verb: Verb, **arguments: Any) -> Any:
        """What the verb ends with. Raises Problem."""
        last: Event = Cancelled()
        async for event in self.start(verb, **arguments):
            last = event
        match last:
            case Finished(result=result):
                return result
            case Failed():
                raise self.problem(last)
        raise problem_of(stopped())

    def refusal(self, reason: str) -> Problem:
        """Of one query: it is no picture that can be read."""
        return problem_of(PictureUnreadable(self._labels.hide_paths(reason)))

    def problem(self, failed: Failed) -> Problem:
        """With the command line's sentence; a bug's is for the log."""
        if failed.details:
            _log.error("%s", failed.details)
            return Problem(500, _("The service made a mistake. Its owner finds the details in its log."))
        problem = problem_of(failed.error)
        # Nothing is wrong with the request where the worker died.
        status = 503 if problem.status_code == 500 else problem.status_code
        return Problem(status, self._labels.hide_paths(problem.detail))

    async def close(self) -> None:
        """Ends the worker, and every question."""
        await asyncio.to_thread(self.engine.close)
        self._closed = True
        for changed in self._waiting:
            changed.set()

    async def events(self, question: "Question") -> AsyncIterator[Event]:
        self._waiting.add(question.changed)
        try:
            while True:
                question.changed.clear()
                while events := question.job.poll():
                    for event in events:
                        question.ended = isinstance(event, Finished | Cancelled | Failed)
                        yield event
                        if question.ended:
                            return
                if self._closed:
                    question.ended = True
                    yield Failed(stopped(), "")
                    return
                await question.changed.wait()
        finally:
            self._waiting.discard(question.changed)
            if not question.ended:
                question.job.cancel()


class Question:
    """Iterated once, for the events of the verb; the last is Finished, Cancelled or Failed. Nobody listens: it ends."""

    def __init__(self, asking: Asking, verb: Verb, arguments: dict[str, Any]) -> None:
        self.changed = asyncio.Event()
        self.ended = False
        self._asking = asking
        loop, changed = asyncio.get_running_loop(), self.changed

        def wake() -> None:
            # Knows nothing of the question: a circle would keep its pictures in memory for a long while.
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(changed.set)

        self.job = asking.engine.start(verb, wake=wake, **arguments)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._asking.events(self)


def stopped() -> Interrupted:
    return Interrupted(_("The service is being stopped."))
