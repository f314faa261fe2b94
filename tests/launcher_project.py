"""A small counterpart of PicTrace for the launcher: a project with a lock, and wheels made here."""

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAUNCHER = Path(__file__).parent.parent / "main.py"

TELL = """
import importlib.metadata, json, os, sys
names = sorted(found.metadata["Name"] + " " + found.version for found in importlib.metadata.distributions())
print(json.dumps({"module": __spec__.name, "words": sys.argv[1:], "folder": os.getcwd(), "installed": names}))
sys.exit(int(os.environ.get("EXIT_WITH", "0")))
"""
"""What stands in for PicTrace, and for pytest: it tells how it was called."""


@dataclass(frozen=True)
class Package:
    name: str
    version: str = "1.0"
    groups: tuple[str, ...] = ("main",)
    markers: str | dict[str, str] = ""
    size: int = 0
    """Bytes of padding that do not compress."""


@dataclass(frozen=True)
class Project:
    """A copy of main.py beside a lock, with the folder in which pip finds the wheels."""

    folder: Path

    @property
    def environment(self) -> Path:
        return self.folder / ".pictrace-env"

    @property
    def wheels(self) -> Path:
        return self.folder.parent / "wheels"

    @property
    def data(self) -> Path:
        return self.folder.parent / "data"

    @classmethod
    def make(cls, folder: Path) -> "Project":
        package = folder / "project" / "pictrace"
        package.mkdir(parents=True)
        shutil.copy(LAUNCHER, package.parent)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(TELL, encoding="utf-8")
        project = cls(package.parent)
        project.wheels.mkdir()
        return project

    def copy(self, folder: Path) -> "Project":
        shutil.copytree(self.folder.parent, folder, symlinks=True, dirs_exist_ok=True)
        return Project(folder / self.folder.name)

    def lock(self, *packages: Package, wrong_hash_of: str = "") -> None:
        tables = []
        for package in packages:
            wheel = self.make_wheel(package)
            digest = hashlib.sha256(b"other" if package.name == wrong_hash_of else wheel.read_bytes()).hexdigest()
            lines = [
                "[[package]]",
                f'name = "{package.name}"',
                f'version = "{package.version}"',
                f"groups = {json.dumps(package.groups)}",
                f'files = [{{file = "{wheel.name}", hash = "sha256:{digest}"}}]',
            ]
            if isinstance(package.markers, dict):
                entries = ", ".join(f"{group} = {json.dumps(marker)}" for group, marker in package.markers.items())
                lines.append(f"markers = {{{entries}}}")
            elif package.markers:
                lines.append(f"markers = {json.dumps(package.markers)}")
            tables.append("\n".join(lines) + "\n")
        (self.folder / "poetry.lock").write_text("\n".join(tables), encoding="utf-8")

    def make_wheel(self, package: Package) -> Path:
        stem = f"{package.name}-{package.version}"
        about = f"Metadata-Version: 2.1\nName: {package.name}\nVersion: {package.version}\n"
        contents = {
            f"{package.name}/__init__.py": b"",
            f"{package.name}/__main__.py": TELL.encode(),
            f"{package.name}/padding": hashlib.shake_128(stem.encode()).digest(package.size),
            f"{stem}.dist-info/METADATA": about.encode(),
            f"{stem}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = ""
        for name, content in contents.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(content)}\n"
        contents[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
        wheel = self.wheels / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, content in contents.items():
                archive.writestr(zipfile.ZipInfo(name), content)
        return wheel

    def begin(self, *words: str, before: str = "", **surroundings: str) -> "subprocess.Popen[str]":
        """Start main.py; `before` is Python that runs in the same process ahead of it."""
        launcher = str(self.folder / "main.py")
        run = ["-c", f"{before}\nimport runpy, sys; del sys.argv[0]; runpy.run_path({launcher!r}, run_name='__main__')"]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "DISPLAY"))}
        own = {
            "HOME": str(self.folder.parent),
            "PICTRACE_HOME": str(self.data),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }
        return subprocess.Popen(
            [sys.executable, *(run if before else []), launcher, *words],
            cwd=self.folder.parent,
            env=inherited | own | surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start(self, *words: str, before: str = "", **surroundings: str) -> "Start":
        return Start.of(self.begin(*words, before=before, **surroundings))


@dataclass(frozen=True)
class Start:
    """How one start of main.py went."""

    code: int
    said: str
    output: str

    @classmethod
    def of(cls, process: "subprocess.Popen[str]") -> "Start":
        output, said = process.communicate(timeout=120)
        return cls(process.returncode, said, output)

    @property
    def told(self) -> dict[str, Any]:
        """What the counterpart of PicTrace told of itself."""
        assert self.output, f"PicTrace was not started: {self.said}"
        answer: dict[str, Any] = json.loads(self.output)
        return answer

    @property
    def packages(self) -> list[str]:
        """What is installed, without what every new environment has."""
        return [name for name in self.told["installed"] if not name.startswith(("pip ", "setuptools "))]


def wait_until_there(path: Path, process: "subprocess.Popen[str]") -> None:
    for _ in range(2400):
        if path.exists():
            return
        assert process.poll() is None, f"{process.stderr and process.stderr.read()}"
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


@contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """Whatever the test finds, nothing that it started stays behind."""
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
