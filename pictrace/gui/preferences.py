"""What the window remembers from one start to the next, in a file that a broken edit cannot turn into a crash."""

import json
import os
import threading
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from pictrace.home import make_home
from pictrace.settings import Settings

_RECENT = 10
_BOUNDS = {"text_scale": (0.8, 2.0), "threshold": (0.0, 1.0), "card_side": (96, 384)}


class Appearance(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Preferences:
    appearance: Appearance = Appearance.SYSTEM
    text_scale: float = 1.0
    card_side: int = 168
    """Of a thumbnail in the grid, in logical pixels."""
    threshold: float = 0.6
    turned: bool = True
    """Find mirrored and turned pictures too."""
    subfolders: bool = True
    recent: tuple[str, ...] = ()
    """Archives, the latest first."""
    weights_bar: bool = True
    """Offer to download the model where it is missing."""
    geometry: str = ""

    def with_recent(self, archives: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*archives, *self.recent)))[:_RECENT]


def preferences_file(settings: Settings) -> Path:
    return settings.home / "window.json"


def load_preferences(file: Path) -> Preferences:
    """Each value that makes no sense is the default one."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return Preferences()
    if not isinstance(said, dict):
        return Preferences()
    known: dict[str, Any] = {}
    for field in fields(Preferences):
        value = _sensible(field.name, said.get(field.name), field.default)
        if value is not None:
            known[field.name] = value
    return Preferences(**known)


def save_preferences(file: Path, preferences: Preferences) -> None:
    """Raises OSError. The old file stays whole until the new one is."""
    make_home(file.parent)
    # Closing saves too, perhaps while a thread still does.
    new = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        new.write_text(json.dumps(asdict(preferences), indent=2), encoding="utf-8")
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _sensible(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, Appearance):
        return Appearance(value) if value in list(Appearance) else None
    if isinstance(default, bool | str):
        return value if type(value) is type(default) else None
    if isinstance(default, tuple):
        return (
            tuple(value[:_RECENT]) if isinstance(value, list) and all(isinstance(one, str) for one in value) else None
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    least, most = _BOUNDS[name]
    return type(default)(value) if least <= value <= most else None
