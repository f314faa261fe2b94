"""Searches of several people, answered together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pictrace.events import Failed, Found
from pictrace.language import _
from pictrace.questions import Query, QueryFailed, SearchAnswer, SearchOptions
from pictrace.web.asking import Asking, stopped
from pictrace.web.problems import Problem, problem_of
from pictrace.worker import Verb

_JOBS_AT_ONCE = 2
"""So that the worker has the next one at hand when one ends; more would only delay the first."""
_QUERIES_IN_A_JOB = 4
"""More would save nothing, and let those who are taken along late wait for those who are taken along early."""
_MOST_WAITING = 200
_MOST_WAITING_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    query: Query
    options: SearchOptions
    answer: asyncio.Future[SearchAnswer]


class Dispatcher:
    def __init__(self, asking: Asking, archives: Sequence[str]) -> None:
        self._asking = asking
        self._archives = archives
        self._waiting: list[_Waiting] = []
        self._running: set[asyncio.Task[None]] = set()

    async def answer(self, query: Query, options: SearchOptions) -> SearchAnswer:
        """Over what is ready. Raises Problem."""
        waiting_bytes = sum(len(one.query.data or b"") for one in self._waiting)
        if len(self._waiting) >= _MOST_WAITING or waiting_bytes >= _MOST_WAITING_BYTES:
            sentence = _("Too many searches are waiting just now. Try again in a moment.")
            raise Problem(503, sentence, {"Retry-After": "5"})
        waiting = _Waiting(query, options, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._go_on()
        return await waiting.answer

    def _go_on(self) -> None:
        self._waiting = [one for one in self._waiting if not one.answer.done()]  # not for those who went away
        while self._waiting and len(self._running) < _JOBS_AT_ONCE:
            options = self._waiting[0].options
            together = [one for one in self._waiting if one.options == options][:_QUERIES_IN_A_JOB]
            self._waiting = [one for one in self._waiting if one not in together]
            task = asyncio.create_task(self._run(together, options))
            self._running.add(task)
            task.add_done_callback(self._ended)

    async def _run(self, together: Sequence[_Waiting], options: SearchOptions) -> None:
        queries = [one.query for one in together]
        question = self._asking.start(
            Verb.SEARCH, queries=queries, archives=self._archives, options=options, index_first=False
        )
        remaining = iter(together)
        problem = problem_of(stopped())
        async for event in question:
            match event:
                case Found(answer=SearchAnswer() as answer):
                    _settle(next(remaining), answer)
                case Found(answer=QueryFailed(reason=reason)):
                    _settle(next(remaining), self._asking.refusal(reason))
                case Failed():
                    problem = self._asking.problem(event)
        for one in remaining:
            _settle(one, problem)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        task.result()
        self._go_on()


def _settle(one: _Waiting, answer: SearchAnswer | Problem) -> None:
    if one.answer.done():
        return
    if isinstance(answer, Problem):
        one.answer.set_exception(answer)
    else:
        one.answer.set_result(answer)
