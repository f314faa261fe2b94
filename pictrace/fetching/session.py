"""Connections that are kept and shared by many fetches."""

from types import TracebackType
from typing import Self


class WebSession:
    """To be used by one event loop: `async with WebSession() as session`."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass
