"""All that is remembered of pictures: how much it is, and forgetting it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pictrace import __version__
from pictrace.catalogue import Catalogue, CatalogueStatus
from pictrace.errors import MachineRefuses
from pictrace.fingerprints import forget_fingerprints, stored_fingerprints
from pictrace.language import _
from pictrace.settings import Settings


@dataclass(frozen=True, slots=True)
class Remembered:
    catalogue: CatalogueStatus | None
    """None where there is none yet."""
    fingerprints: tuple[Path, ...]
    """Files, one for each embedder."""
    bytes: int
    """All of it, on disk."""


def what_is_remembered(settings: Settings) -> Remembered:
    """Raises MachineRefuses."""
    with refusals_of(settings.home):
        status = None
        if settings.catalogue.exists():
            catalogue = Catalogue(settings.catalogue, __version__)
            status = catalogue.status()
            catalogue.close()
        fingerprints = tuple(stored_fingerprints(settings.home))
        sizes = sum(file.stat().st_size for file in fingerprints)
        return Remembered(status, fingerprints, sizes + (0 if status is None else status.bytes))


def forget_everything(settings: Settings) -> None:
    """What was computed; no picture is touched. Raises MachineRefuses."""
    with refusals_of(settings.home):
        if settings.catalogue.exists():
            catalogue = Catalogue(settings.catalogue, __version__)
            catalogue.clear()
            catalogue.close()
        forget_fingerprints(settings.home)


@contextmanager
def refusals_of(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MachineRefuses(
            _("What is remembered in {folder} cannot be reached ({reason}).").format(
                folder=home, reason=error.strerror or error
            )
        ) from error
