"""PicTrace finds the photographs that look like one picture, in folders and archives, offline.

    from pictrace import Engine, load_settings
    from pictrace.questions import Query, SearchOptions

    settings, complaints = load_settings()
    with Engine(settings) as engine:
        for event in engine.search([Query("photo.jpg")], ["/home/me/Pictures"], SearchOptions()):
            print(event)

Importing costs nothing: what is heavy is loaded when it is first used.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Engine", "Match", "PicTraceError", "Settings", "load_settings"]

_HOMES = {
    "Engine": "pictrace.engine",
    "Match": "pictrace.picture",
    "PicTraceError": "pictrace.errors",
    "Settings": "pictrace.settings",
    "load_settings": "pictrace.settings",
}

if TYPE_CHECKING:
    from pictrace.engine import Engine
    from pictrace.errors import PicTraceError
    from pictrace.picture import Match
    from pictrace.settings import Settings, load_settings


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(name)
