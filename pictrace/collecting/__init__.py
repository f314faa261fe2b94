"""The verb `collect`: from web pages to a list of the pictures that they show."""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from pictrace.collecting.choosing import HEAD_BYTES, LeftOut, is_tiny, size_of, why_left_out
from pictrace.collecting.page import Candidate, pictures_on, text_of
from pictrace.collecting.robots import Robots, robots_in
from pictrace.errors import MachineRefuses
from pictrace.events import Event, Finished, Progress, Skipped, Stage
from pictrace.fetching import FetchLimits
from pictrace.fetching.addresses import host_of, normal_form
from pictrace.fetching.ahead import Arrived, FetchAhead
from pictrace.fetching.asking import Answer, Request
from pictrace.language import _
from pictrace.pace import Pace

__all__ = ["Candidate", "Collected", "LeftOut", "collect"]

_LIMITS = FetchLimits(max_bytes=8 << 20, seconds=60.0)
_PAUSE_SECONDS = 0.5
"""Between two pages of a site that asks for no longer one."""
_PAGE = "text/html, application/xhtml+xml, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Collected:
    pictures: tuple[Candidate, ...]
    """In the order of the pages, each address once."""
    pages: int
    """That could be read."""
    left_out: Mapping[LeftOut, int]


def collect(pages: Sequence[str]) -> Iterator[Event]:
    """Skipped for each page that cannot be read, or may not be; Finished(Collected)."""
    yield from _Collecting().run(list(dict.fromkeys(map(normal_form, pages))))


class _Collecting:
    def __init__(self) -> None:
        self._robots: dict[str, Robots] = {}
        self._silent: dict[str, str] = {}
        """Sites that did not say what they allow, and why: then nothing is."""
        self._left_out: Counter[LeftOut] = Counter()

    def run(self, pages: Sequence[str]) -> Iterator[Event]:
        yield from self._ask_robots(pages)
        answers = yield from self._read_pages(pages)
        # A page may have led on to another site.
        yield from self._ask_robots(answer.address for answer in answers)
        allowed = [answer for answer in answers if self._forbidden(answer.address) is None]
        chosen = self._chosen([candidate for answer in allowed for candidate in _candidates(answer)])
        yield from self._ask_robots(candidate.address for candidate in chosen)
        kept = yield from self._measured([candidate for candidate in chosen if self._may_be_fetched(candidate)])
        yield Finished(Collected(tuple(kept), len(allowed), dict(self._left_out)))

    def _ask_robots(self, addresses: Iterable[str]) -> Iterator[Event]:
        files = {_robots_of(address) for address in addresses} - self._robots.keys() - self._silent.keys()
        requests = [Request(file, accept="text/plain, */*;q=0.5", pages=True) for file in sorted(files)]
        for event in _fetched(requests, Stage.ASKING):
            if not isinstance(event, Arrived):
                yield event
                continue
            file, outcome = event.request.address, event.outcome
            if isinstance(outcome, MachineRefuses):
                self._silent[file] = outcome.message
            else:
                self._robots[file] = robots_in(outcome.data) if isinstance(outcome, Answer) else Robots()

    def _forbidden(self, address: str) -> str | None:
        """Why it may not be fetched."""
        file = _robots_of(address)
        if (reason := self._silent.get(file)) is not None:
            return reason
        if not self._robots[file].allow(address):
            return _("The site asks programs not to read it ({robots}).").format(robots=file)
        return None

    def _read_pages(self, pages: Sequence[str]) -> Generator[Event, None, list[Answer]]:
        answers: dict[str, Answer] = {}
        allowed = []
        for page in pages:
            if (reason := self._forbidden(page)) is not None:
                yield Skipped(page, "", reason)
            else:
                allowed.append(page)
        pauses = {host_of(page): max(_PAUSE_SECONDS, self._robots[_robots_of(page)].pause_seconds) for page in allowed}
        requests = [Request(page, accept=_PAGE, pages=True) for page in allowed]
        for event in _fetched(requests, Stage.PAGES, pauses):
            if not isinstance(event, Arrived):
                yield event
            elif isinstance(event.outcome, Answer):
                answers[event.request.address] = event.outcome
            elif event.outcome is not None:
                yield Skipped(event.request.address, "", event.outcome.message)
        return [answers[page] for page in allowed if page in answers]

    def _chosen(self, found: Iterable[Candidate]) -> list[Candidate]:
        chosen: dict[str, Candidate] = {}
        for candidate in found:
            if (reason := why_left_out(candidate)) is None:
                chosen.setdefault(normal_form(candidate.address), candidate)
            else:
                self._left_out[reason] += 1
        return list(chosen.values())

    def _may_be_fetched(self, candidate: Candidate) -> bool:
        forbidden = self._forbidden(candidate.address) is not None
        if forbidden:
            silent = _robots_of(candidate.address) in self._silent
            self._left_out[LeftOut.UNREACHABLE if silent else LeftOut.ROBOTS] += 1
        return not forbidden

    def _measured(self, chosen: Sequence[Candidate]) -> Generator[Event, None, list[Candidate]]:
        """Where the page does not say how large a picture is, its first bytes do."""
        kept = {candidate.address: candidate for candidate in chosen}
        unsure = [candidate for candidate in chosen if candidate.width is None and candidate.height is None]
        requests = [Request(candidate.address, first_bytes=HEAD_BYTES) for candidate in unsure]
        for event in _fetched(requests, Stage.MEASURING):
            if not isinstance(event, Arrived):
                yield event
            elif (reason := _why_not(event)) is not None:
                candidate = kept.pop(event.request.address)
                if reason is LeftOut.NO_PICTURE and candidate.thumbnail is not None:
                    kept[candidate.address] = candidate.thumbnail
                else:
                    self._left_out[reason] += 1
        order = {candidate.address: place for place, candidate in enumerate(chosen)}
        return self._chosen(kept[address] for address in sorted(kept, key=order.__getitem__))


def _why_not(measured: Arrived) -> LeftOut | None:
    outcome = measured.outcome
    if isinstance(outcome, Answer):
        size = size_of(outcome.data)
        return LeftOut.TINY if size is not None and is_tiny(*size) else None
    return LeftOut.UNREACHABLE if isinstance(outcome, MachineRefuses) else LeftOut.NO_PICTURE


def _fetched(
    requests: Sequence[Request], stage: Stage, pauses_seconds: Mapping[str, float] | None = None
) -> Iterator[Arrived | Progress]:
    pace, done = Pace(stage, len(requests)), 0
    with FetchAhead(requests, _LIMITS, pauses_seconds=pauses_seconds) as arriving:
        for arrived in arriving:
            if arrived is not None:
                done += 1
                yield arrived
            if pace.is_due():
                yield pace.progress(done)


def _robots_of(address: str) -> str:
    return normal_form(urljoin(address, "/robots.txt"))


def _candidates(answer: Answer) -> list[Candidate]:
    if answer.content_type.startswith("image/"):
        return [Candidate(answer.address, answer.address)]
    return pictures_on(text_of(answer.data, answer.charset), answer.address)
