"""The bar that offers the ResNet50 weights: fetching them, or taking them from a file."""

import threading
from collections.abc import Callable
from pathlib import Path

from pictrace.errors import PicTraceError
from pictrace.events import Cancelled, Event, Failed, Finished, Progress
from pictrace.gui.errands import Errands
from pictrace.gui.state import State
from pictrace.settings import Settings


class WeightsOffer:
    def __init__(self, settings: Settings, errands: Errands, state: State, arrived: Callable[[], None]) -> None:
        self._settings = settings
        self._errands = errands
        self._state = state
        self._arrived = arrived
        self._stop: threading.Event | None = None

    def download(self) -> None:
        from pictrace.embedders.weights import download_weights

        self._state.download_problem = None
        self._stop = self._errands.follow(download_weights(self._settings), self._downloading)

    def cancel(self) -> None:
        if self._stop is not None:
            self._stop.set()

    def install(self, file: Path) -> None:
        from pictrace.embedders.weights import install_weights

        self._errands.run(lambda: install_weights(self._settings, file), self._came)

    def _downloading(self, event: Event) -> None:
        match event:
            case Progress():
                self._state.download = event
            case Failed(error=error):
                self._state.download = None
                self._state.download_problem = error.message
            case Cancelled():
                self._state.download = None
            case Finished(result=path):
                self._state.download = None
                self._came(path)

    def _came(self, came: Path | PicTraceError) -> None:
        if isinstance(came, PicTraceError):
            self._state.download_problem = came.message
        else:
            self._state.fallen_back = None
            self._state.download_problem = None
            self._arrived()
