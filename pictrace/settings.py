"""Defaults, what the person set otherwise, and where files live."""

import dataclasses
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from pictrace.language import _

THUMBNAIL_SIDE = 384
"""Longest side, in pixels, of the one form in which pictures are remembered and compared."""

WEIGHTS_MEGABYTES = round(94_765_736 / 1e6)
"""What the file at `weights_url` takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Any of these, but home, can be set in settings.toml in the home."""

    home: Path
    picture_seconds: float = 30.0
    """How long the decoding of one picture may take."""
    picture_megabytes: int = 512
    """What one picture may take in memory, and its file on disk."""
    closer_look: int = 50
    """How many of the best candidates are compared by structure and key points."""
    upload_megabytes: int = 25
    """What a picture that is sent to the web service may have."""
    inference: str = "auto"
    """Who computes resnet50: "openvino", "tensorflow", or "auto": OpenVINO where it is installed."""
    weights_url: str = (
        "https://storage.googleapis.com/tensorflow/keras-applications/resnet/"
        "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"
    )
    weights_md5: str = "4d473c1dd8becc155b73f8504c6f6626"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def catalogue(self) -> Path:
        return self.home / "catalogue.sqlite"

    def fingerprints(self, embedder: str) -> Path:
        return self.home / f"fingerprints-{embedder}.pkl"


def home_folder() -> Path:
    """PICTRACE_HOME moves everything that is remembered."""
    if moved := os.environ.get("PICTRACE_HOME"):
        return Path(moved).expanduser().absolute()
    return Path(platformdirs.user_data_path("pictrace", appauthor=False))


def load_settings() -> tuple[Settings, list[str]]:
    """The settings, and a sentence for each line of settings.toml that could not be obeyed."""
    home = home_folder()
    file = home / "settings.toml"
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Settings(home), []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Settings(home), [
            _("The settings in {file} cannot be read ({error}); the defaults are used.").format(file=file, error=error)
        ]
    obeyed: dict[str, Any] = {}
    complaints = []
    known = {field.name: field for field in dataclasses.fields(Settings) if field.name != "home"}
    for name, value in said.items():
        if name not in known:
            complaints.append(_('There is no setting "{name}" ({file}).').format(name=name, file=file))
        elif (problem := _problem(name, value, known[name].default)) is not None:
            complaint = _('The setting "{name}" {problem} ({file}).')
            complaints.append(complaint.format(name=name, problem=problem, file=file))
        else:
            obeyed[name] = value
    return Settings(home, **obeyed), complaints


def _problem(name: str, value: object, default: object) -> str | None:
    if isinstance(default, float | int):
        if isinstance(value, bool) or not isinstance(value, float | int):
            return _("must be a number")
        if not 0 < value < 1e6 or (isinstance(default, int) and not isinstance(value, int)):
            return _("must be a sensible number above 0")
    elif not isinstance(value, str):
        return _("must be a text in quotes")
    elif name == "inference" and value not in ("auto", "openvino", "tensorflow"):
        return _('must be "auto", "openvino" or "tensorflow"')
    return None
