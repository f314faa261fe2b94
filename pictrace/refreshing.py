"""Pictures behind addresses, brought up to date: only what is new or has changed is sent, and fetched ahead."""

import hashlib
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from pictrace.archives.url_list import UrlList
from pictrace.catalogue import Catalogue
from pictrace.errors import MachineRefuses, PicTraceError
from pictrace.fetching import FetchLimits
from pictrace.language import ngettext
from pictrace.reading import Read, ToRead

_NO_VALIDATOR = "sha256 "


@dataclass(frozen=True, slots=True)
class ToAsk:
    task: ToRead
    """With the stamp that is remembered."""
    known: bool = False
    """Its contents are, so that nothing has to be sent if it is unchanged."""
    reason: str | None = None
    """Why these contents are passed over."""


def is_on_the_web(task: ToRead) -> bool:
    return isinstance(task.archive, UrlList)


def with_remembered_stamps(tasks: Sequence[ToRead], catalogue: Catalogue) -> list[ToRead]:
    """Listing files says how they are now; listing addresses does not."""
    stamps = iter(catalogue.stamps_of([task.picture.key for task in tasks if is_on_the_web(task)]))
    return [_stamped(task, next(stamps)) if is_on_the_web(task) else task for task in tasks]


class Refreshing:
    def __init__(self) -> None:
        self._unreachable: list[str] = []

    def run(self, asked: Sequence[ToAsk]) -> Generator[ToRead | Read | None, None, None]:
        """For read_ahead."""
        # Loads aiohttp, which no folder needs.
        from pictrace.fetching.ahead import FetchAhead
        from pictrace.fetching.asking import Answer, Request

        by_address = {one.task.picture.key: one for one in asked}
        requests = [Request(address, _validator(one)) for address, one in by_address.items()]
        with FetchAhead(requests, _limits(asked)) as arriving:
            for arrived in arriving:
                if arrived is None:
                    yield None
                    continue
                one = by_address[arrived.request.address]
                outcome = arrived.outcome
                if isinstance(outcome, Answer):
                    yield _fetched(one.task, outcome.data, outcome.validator)
                elif outcome is None:
                    yield Read(one.task, time.time_ns(), reason=one.reason)
                else:
                    yield self._failed(one, outcome)
                yield None

    def notices(self) -> list[str]:
        if not self._unreachable:
            return []
        sentence = ngettext(
            "{count} address could not be asked, and what is remembered of it is used: {reason}",
            "{count} addresses could not be asked, and what is remembered of them is used: {reason}",
            len(self._unreachable),
        )
        return [sentence.format(count=len(self._unreachable), reason=self._unreachable[0])]

    def _failed(self, one: ToAsk, error: PicTraceError) -> Read:
        """What is gone is gone; a server that cannot be reached just now says nothing about its pictures."""
        if one.known and isinstance(error, MachineRefuses):
            self._unreachable.append(error.message)
            return Read(one.task, time.time_ns(), reason=one.reason)
        return Read(one.task, time.time_ns(), reason=error.message)


def _stamped(task: ToRead, stamp: str | None) -> ToRead:
    size = (stamp or "").partition(":")[0]
    size_bytes = int(size) if size.isascii() and size.isdigit() else 0
    return replace(task, picture=replace(task.picture, stamp=stamp or "", size_bytes=size_bytes))


def _fetched(task: ToRead, data: bytes, validator: str) -> ToRead:
    validator = validator or _NO_VALIDATOR + hashlib.sha256(data).hexdigest()
    picture = replace(task.picture, stamp=f"{len(data)}:{validator}", size_bytes=len(data))
    return replace(task, picture=picture, data=data)


def _validator(one: ToAsk) -> str:
    said = one.task.picture.stamp.partition(":")[2]
    return said if one.known and not said.startswith(_NO_VALIDATOR) else ""


def _limits(asked: Sequence[ToAsk]) -> FetchLimits:
    """Those of the lists: they were all opened alike."""
    return next(one.task.archive.limits for one in asked if isinstance(one.task.archive, UrlList))
