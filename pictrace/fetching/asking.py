"""One address, asked."""

from pictrace.errors import MachineRefuses
from pictrace.fetching import Fetched, FetchLimits
from pictrace.fetching.session import WebSession
from pictrace.language import _


async def picture_at(address: str, limits: FetchLimits, session: WebSession) -> Fetched:  # noqa: ARG001
    raise MachineRefuses(_("{address} cannot be reached.").format(address=address))
