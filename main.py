#!/usr/bin/env python3
"""Start PicTrace: `python3 main.py`, or a double click on this file.

The first start makes a private environment and installs into it what poetry.lock names, and nothing else. This and
every later start then hands its words on to PicTrace in that environment.
`python3 main.py test [words for pytest]` adds what the tests need, and runs them.

Only Python's standard library is used here, and only what Python 3.6 can read: an old Python should be able to look
for a newer one. Imports stand where they are needed, so that later starts cost next to nothing.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import IO, Any

    Steps = Generator[tuple[str, float | None], None, None]

PYTHONS = ((3, 13), (3, 12), (3, 11))
PROJECT = os.path.dirname(os.path.realpath(__file__))
LOCK = os.path.join(PROJECT, "poetry.lock")
WINDOWS = os.name == "nt"

NOT_POSSIBLE_HERE, CANCELLED = 5, 130
SECONDS_BETWEEN_LINES = 5
DISK_FOR_A_BYTE = 5.5
"""Measured: 0.8 GB of wheels become 2.9 GB of files, while pip holds the wheels themselves twice."""
DISK_WHEN_UNKNOWN = 4.5 * 10**9


class Refused(Exception):
    """PicTrace cannot be started here: one sentence that says why, and what to do."""


def main(words: "list[str]") -> int:
    groups = {"main", "dev"} if words[:1] == ["test"] else {"main"}
    try:
        environment = ready_environment(groups)
        if environment is None:
            if sys.version_info[:2] not in PYTHONS:
                return run([*supported_python(), os.path.realpath(__file__), *words])
            if not words and has_display():
                check_tkinter()
            environment = writable_environment()
            if not follow(environment, groups, words):
                return NOT_POSSIBLE_HERE
        return start(environment, words)
    except Refused as refusal:
        say(str(refusal))
        if WINDOWS and not words and has_terminal():
            input("Press Enter to close this window.")  # A double click opened it, and it closes with this process.
        return NOT_POSSIBLE_HERE
    except KeyboardInterrupt:
        say("Stopped. The next start goes on with the set-up, or begins it anew.")
        return CANCELLED


def say(sentence: str) -> None:
    """On standard error: standard output belongs to PicTrace. A windowed Python on Windows has neither."""
    if sys.stderr is not None:
        print(sentence, file=sys.stderr, flush=True)


# Starting


def start(environment: "Environment", words: "list[str]") -> int:
    # The project is found wherever a person stands, and nothing in that person's folder is mistaken for a module.
    os.environ["PYTHONPATH"] = PROJECT
    os.environ.pop("PYTHONHOME", None)
    if words[:1] == ["test"]:
        os.chdir(PROJECT)
        return run([environment.python, "-m", "pytest", *words[1:]])
    return run([environment.python, "-P", "-m", "pictrace", *words])


def run(command: "list[str]") -> int:
    """Become this command; on Windows, where a process cannot, run it and pass its exit code on."""
    if not WINDOWS:
        os.execv(command[0], command)
    import signal
    import subprocess

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the command itself, and it decides.
    return subprocess.call(command)


def supported_python() -> "list[str]":
    """A command that runs a Python of PYTHONS. Each one found is tried, for a shim may be there and yet fail."""
    import subprocess

    for version in PYTHONS:
        dotted = "{}.{}".format(*version)
        folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
        paths = [os.path.join(folder, "python" + dotted) for folder in folders]
        for command in [["py", "-" + dotted]] if WINDOWS else [[path] for path in paths if os.access(path, os.X_OK)]:
            probe = [*command, "-c", "import sys; print('{}.{}'.format(*sys.version_info))"]
            try:
                answer = subprocess.check_output(probe, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
            except (OSError, subprocess.SubprocessError):
                continue
            if answer.strip() == dotted.encode():
                return command
    raise Refused(
        "PicTrace needs Python 3.11, 3.12 or 3.13; this is Python {}.{}, and no other was found. Install Python 3.13 "
        "from python.org or with your system's packages, and start again.".format(*sys.version_info)
    )


# The environment


def ready_environment(groups: "set[str]") -> "Environment | None":
    for environment in environments():
        if environment.is_ready(groups):
            return environment
    return None


def writable_environment() -> "Environment":
    for environment in environments():
        try:
            # The data folder will hold thumbnails too, which are nobody else's business.
            os.makedirs(os.path.dirname(environment.folder), 0o700, exist_ok=True)
            os.makedirs(environment.folder, exist_ok=True)
            with open(environment.owner, "a"):
                return environment
        except OSError:
            continue
    raise Refused(
        "PicTrace cannot be set up: neither {} nor {} can be written. Make room or give permission there, or name "
        "another folder in PICTRACE_HOME, and start again.".format(*[e.folder for e in environments()])
    )


def environments() -> "list[Environment]":
    """Where the environment may be, best first: in the project's folder, in the user's data folder."""
    return [
        Environment(os.path.join(PROJECT, ".pictrace-env")),
        Environment(os.path.join(data_folder(), "environment")),
    ]


def data_folder() -> str:
    """The folder that pictrace/settings.py names too, there with the help of platformdirs."""
    moved = os.environ.get("PICTRACE_HOME")
    if moved:
        return os.path.abspath(os.path.expanduser(moved))
    if WINDOWS:
        parent = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        parent = os.path.expanduser("~/Library/Application Support")
    else:
        parent = os.environ.get("XDG_DATA_HOME", "").strip() or os.path.expanduser("~/.local/share")
    return os.path.join(parent, "pictrace")


def digest_of_lock() -> str:
    import hashlib

    try:
        with open(LOCK, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError as error:
        raise Refused(
            "{} cannot be read ({}), so this copy of PicTrace is not complete. Get it anew, and start again.".format(
                LOCK, error.strerror
            )
        ) from None


class Environment:
    """A folder that holds a Python with the packages that poetry.lock names."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.python = os.path.join(folder, *(["Scripts", "python.exe"] if WINDOWS else ["bin", "python"]))
        if WINDOWS and sys.stderr is None:
            self.python = os.path.join(folder, "Scripts", "pythonw.exe")  # It opens no console window.
        self.stamp = os.path.join(folder, "complete")
        self.owner = os.path.join(folder, "setup.pid")
        self.log = os.path.join(folder, "setup.log")
        self.requirements = os.path.join(folder, "requirements.txt")
        self.temporary = os.path.join(folder, "tmp")

    def is_ready(self, groups: "set[str]") -> bool:
        installed = self.installed()
        return installed is not None and groups <= installed[1] and installed[0] == digest_of_lock()

    def installed(self) -> "tuple[str, set[str]] | None":
        """The lock's digest and groups as the last finished set-up noted them; None if the environment is unusable.

        A set-up that did not finish leaves no note. Nor does it count once the Python behind it is gone or another.
        """
        try:
            with open(self.stamp, encoding="utf-8") as file:
                lock, groups, python, base = file.read().splitlines()
        except (OSError, ValueError):
            return None
        if os.path.realpath(self.python) != python or not os.path.exists(python) or not os.path.exists(base):
            return None
        return lock, set(groups.split())

    def note_installed(self, lock: str, groups: "set[str]") -> None:
        base = getattr(sys, "_base_executable", sys.executable)
        lines = [lock, " ".join(sorted(groups)), os.path.realpath(self.python), base]
        with open(self.stamp + ".new", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        os.replace(self.stamp + ".new", self.stamp)

    def set_up(self, groups: "set[str]") -> "Steps":
        """Install what poetry.lock names for these groups and is not there yet.

        Yields (sentence, share done or None) many times a second, and never waits: that is for the caller to do.
        """
        with open(self.owner, "a+") as owner:
            while not try_to_lock(owner):
                with open(self.owner) as file:
                    pid = file.read().strip() or "?"
                yield "PicTrace is being set up by another start (process {}); waiting for it.".format(pid), None
            owner.truncate(0)
            owner.write(str(os.getpid()))
            owner.flush()
            if not self.is_ready(groups):
                with open(self.log, "wb") as log:
                    yield from SetUp(self, groups, log, owner).steps()


def try_to_lock(file: "IO[str]") -> bool:
    """The system gives the lock back when its owner ends, however that may be."""
    try:
        if WINDOWS:
            import msvcrt

            file.seek(1000)  # Not where the owner's number stands: what is locked on Windows cannot be read.
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        import errno

        # Where the file system has no locks, no guard is better than no start.
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True


# Setting up


class SetUp:
    """One try to make an environment, or to bring it up to date, by one process at a time."""

    def __init__(self, environment: Environment, groups: "set[str]", log: "IO[bytes]", owner: "IO[str]") -> None:
        self.environment = environment
        self.groups = groups
        self.log = log
        self.owner = owner

    def steps(self) -> "Steps":
        environment = self.environment
        lock = digest_of_lock()
        try:
            installed = environment.installed()
            if installed is None:
                yield from self.make_anew()
            else:
                self.groups = self.groups | installed[1]
                yield "PicTrace's packages are brought up to date.", None
            missing = yield from self.look_up()
            if installed is not None:
                os.remove(environment.stamp)
            yield from self.install(missing)
            environment.note_installed(lock, self.groups)
        except OSError as error:
            raise Refused(
                "PicTrace could not be set up in {} ({}). Start again when that is put right.".format(
                    environment.folder, error.strerror or error
                )
            ) from None
        yield "PicTrace is set up.", None

    def make_anew(self) -> "Steps":
        import shutil
        from importlib.util import find_spec

        if find_spec("venv") is None or find_spec("ensurepip") is None:
            raise Refused(
                "PicTrace cannot be set up: this Python's parts for private environments (venv and ensurepip) are "
                "missing. Install them (Debian, Ubuntu: sudo apt install python{}.{}-venv; elsewhere a Python from "
                "python.org has them), and start again.".format(*sys.version_info)
            )
        folder = self.environment.folder
        yield "PicTrace is set up for the first time, in {}.".format(folder), None
        for entry in list(os.scandir(folder)):
            if entry.path in (self.environment.owner, self.environment.log):
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.remove(entry.path)
        yield from self.execute([sys.executable, "-I", "-m", "venv", "--prompt", "pictrace", folder])

    def look_up(self) -> "Generator[tuple[str, float | None], None, dict[str, Any]]":
        """What is missing and how large it is, said before it is downloaded. Refuse if it does not fit."""
        import json
        import shutil

        environment = self.environment
        with open(environment.requirements, "w", encoding="utf-8") as file:
            file.write(requirements(locked_packages(self.groups)))
        yield "Looking up what has to be downloaded.", None
        answer = os.path.join(environment.folder, "missing.json")
        call = "import sys; sys.path.insert(0, sys.argv[1]); import main; main.tell_missing(*sys.argv[2:])"
        python = [environment.python, "-I", "-B", "-X", "utf8"]
        yield from self.execute([*python, "-c", call, PROJECT, answer, *sorted(self.groups)])
        with open(answer, encoding="utf-8") as file:
            missing = json.load(file)  # type: dict[str, Any]
        count, unknown = len(missing["sizes"]), missing["sizes"].count(None)
        sizes = sum(filter(None, missing["sizes"]))
        needed = DISK_WHEN_UNKNOWN if unknown else DISK_FOR_A_BYTE * sizes
        free = shutil.disk_usage(environment.folder).free
        if free < needed:
            raise Refused(
                "PicTrace cannot be set up: that needs {} of free disk in {}, and {} are free. Make room there, and "
                "start again.".format(amount(needed), environment.folder, amount(free))
            )
        if count:
            sentence = "To be installed: {}; {} will be downloaded".format(packages(count), amount(missing["download"]))
            if unknown:
                sentence += ", and {} whose size could not be found out".format(packages(unknown))
            yield sentence + ".", None
        return missing

    def install(self, missing: "dict[str, Any]") -> "Steps":
        environment = self.environment
        pip = [environment.python, "-I", "-u", "-X", "utf8", "-m", "pip", "--no-input"]
        if missing["superfluous"]:
            yield from self.execute([*pip, "uninstall", "--yes", *missing["superfluous"]])
        if missing["sizes"]:
            what = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement", environment.requirements]
            how = ["--progress-bar=off", "--no-warn-script-location"]
            yield from self.execute([*pip, "install", *what, *how], Progress(environment, missing))

    def execute(self, command: "list[str]", progress: "Callable[[], tuple[str, float]] | None" = None) -> "Steps":
        """Run to the end, in the log; a failure is told in the words that help."""
        import shutil
        import subprocess

        temporary = self.environment.temporary
        os.makedirs(temporary, exist_ok=True)
        # What pip unpacks for a time lies where the room was measured, and where progress can be seen.
        surroundings = dict(os.environ, TMPDIR=temporary, TEMP=temporary, TMP=temporary)
        surroundings.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
        for elsewhere in ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_QUIET"):
            surroundings.pop(elsewhere, None)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env=surroundings,
            # Should this process be killed, the lock is held until pip has ended too.
            pass_fds=() if WINDOWS else (self.owner.fileno(),),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            while process.poll() is None:
                yield progress() if progress else ("", None)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
            shutil.rmtree(temporary, ignore_errors=True)
        if process.returncode:
            self.log.flush()
            with open(self.environment.log, encoding="utf-8", errors="replace") as file:
                raise Refused(why_it_failed(file.read(), self.environment))


class Progress:
    """How far pip is, seen from outside: from its log, from what it downloads, and from what it has installed."""

    def __init__(self, environment: Environment, missing: "dict[str, Any]") -> None:
        import time

        self.environment = environment
        self.count = len(missing["sizes"])
        self.download = missing["download"]  # type: int
        self.folder = missing["folder"]  # type: str
        self.already = self.installed()
        self.clock = time.monotonic
        self.began = self.clock()

    def __call__(self) -> "tuple[str, float]":
        with open(self.environment.log, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        if any(line.startswith("Installing collected packages") for line in lines):
            done = min(self.installed() - self.already, self.count)
            return "Installed {} of {}.".format(max(done, 0), packages(self.count)), 0.5 + done / self.count / 2
        seen = sum(line.startswith(("Collecting ", "Processing ")) for line in lines)
        fetched = min(self.fetched(), self.download)
        share = fetched / self.download if self.download else 0.0
        sentence = "Fetching package {} of {}: {} of {}".format(
            min(max(seen, 1), self.count), self.count, amount(fetched), amount(self.download)
        )
        if share > 0.01:
            seconds = (self.clock() - self.began) * (1 - share) / share
            left = "{:.0f} min".format(seconds / 60) if seconds >= 90 else "{:.0f} s".format(seconds)
            sentence += ", about {} left".format(left)
        return sentence + ".", share / 2

    def installed(self) -> int:
        try:
            return sum(entry.name.endswith(".dist-info") for entry in os.scandir(self.folder))
        except OSError:
            return 0

    def fetched(self) -> int:
        total = 0
        for folder, _, names in os.walk(self.environment.temporary):
            for name in names:
                if name.endswith(".whl"):
                    try:
                        total += os.path.getsize(os.path.join(folder, name))
                    except OSError:  # pip has just removed it
                        continue
        return total


def why_it_failed(log: str, environment: Environment) -> str:
    import re

    reasons = (
        (
            r"No space left on device|Errno 28|not enough space on the disk",
            "the disk is full. Make room, and start again",
        ),
        (
            r"DO NOT MATCH THE HASHES",
            "a downloaded package is not the one that poetry.lock names (its SHA-256 differs), so nothing of it was "
            "installed. Start again; if it stays so, do not trust the network that you are in",
        ),
        (
            r"NewConnectionError|ConnectionError|[Cc]onnection broken|[Tt]imed out|Timeout|ProxyError|SSLError|"
            r"name resolution|IncompleteRead|ProtocolError|RemoteDisconnected|Network is unreachable",
            "the packages could not be downloaded. See that this computer is connected to the network, and start again",
        ),
        (
            r"No matching distribution|Could not find a version",
            "there is a package that is not offered for this computer and Python {}.{}. Try another of Python 3.11, "
            "3.12 and 3.13".format(*sys.version_info),
        ),
    )
    fitting = [reason for sign, reason in reasons if re.search(sign, log)]
    reason = fitting[0] if fitting else "one of its steps failed. Start again"
    return "PicTrace could not be set up: {} (the details: {}).".format(reason, environment.log)


def amount(size: float) -> str:
    if size >= 10**9:
        return "{:.1f} GB".format(size / 10**9)
    return "{:.0f} MB".format(size / 10**6) if size >= 10**7 else "{:.1f} MB".format(size / 10**6)


def packages(count: int) -> str:
    return "1 package" if count == 1 else "{} packages".format(count)


# What poetry.lock names


def locked_packages(groups: "set[str]") -> "list[dict[str, Any]]":
    """Name, version, marker ("" where there is none) and hashes of each package that one of the groups needs."""
    import tomllib

    with open(LOCK, "rb") as file:
        lock = tomllib.load(file)
    named = []
    for package in lock["package"]:
        needed_by = groups.intersection(package["groups"])
        if not needed_by:
            continue
        markers = package.get("markers", "")
        if isinstance(markers, dict):  # One for each group; a group without one needs the package everywhere.
            several = {markers.get(group, "") for group in needed_by}
            markers = "" if "" in several else " or ".join("({})".format(marker) for marker in sorted(several))
        hashes = [file["hash"] for file in package["files"]]
        named.append({"name": package["name"], "version": package["version"], "marker": markers, "hashes": hashes})
    return named


def requirements(locked: "list[dict[str, Any]]") -> str:
    """The same in the words of pip."""
    lines = []
    for package in locked:
        marker = " ; " + package["marker"] if package["marker"] else ""
        hashes = ["--hash=" + value for value in package["hashes"]]
        lines.append(" \\\n    ".join(["{name}=={version}".format(**package) + marker, *hashes]) + "\n")
    return "".join(lines)


def tell_missing(answer: str, *groups: str) -> None:
    """Run by the environment's Python: write what is missing in it, how large that is, and what is superfluous.

    pip does not tell sizes before it downloads, and some indexes do not either. So this asks pip's own finder which
    file it would take, and that file's server for its length. If a later pip has no such finder, the sizes are unknown.
    """
    import json
    import sysconfig
    from concurrent.futures import ThreadPoolExecutor
    from importlib import metadata

    from pip._vendor.packaging.markers import Marker
    from pip._vendor.packaging.utils import canonicalize_name

    present = {str(canonicalize_name(found.metadata["Name"])): found.version for found in metadata.distributions()}
    wanted = [p for p in locked_packages(set(groups)) if not p["marker"] or Marker(p["marker"]).evaluate()]
    absent = [p for p in wanted if present.get(canonicalize_name(p["name"])) != p["version"]]
    superfluous = set(present) - {canonicalize_name(p["name"]) for p in wanted} - {"pip", "setuptools"}
    try:
        size_of = size_teller()
    except (ImportError, AttributeError, TypeError):
        found = [(None, True)] * len(absent)  # type: list[tuple[int | None, bool]]
    else:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(size_of, absent))
    missing = {
        "sizes": [size for size, _ in found],
        "download": sum(size for size, remote in found if size is not None and remote),
        "superfluous": sorted(superfluous),
        "folder": sysconfig.get_path("purelib"),
    }
    with open(answer, "w", encoding="utf-8") as file:
        json.dump(missing, file)


def size_teller() -> "Callable[[dict[str, Any]], tuple[int | None, bool]]":
    """A function from a package to its size in bytes, if that can be known, and whether it must be downloaded."""
    import logging

    from pip._internal.commands import create_command
    from pip._vendor.packaging.specifiers import SpecifierSet
    from pip._vendor.requests.exceptions import RequestException

    command = create_command("download")  # type: Any
    options, _ = command.parse_args(["--only-binary", ":all:"])
    session = command._build_session(options)
    finder = command._build_package_finder(options, session)
    logging.basicConfig()
    logging.getLogger("pip._internal.index.collector").setLevel(logging.DEBUG)  # It says why a page cannot be had.

    def size_of(package: "dict[str, Any]") -> "tuple[int | None, bool]":
        best = finder.find_best_candidate(package["name"], SpecifierSet("==" + package["version"])).best_candidate
        if best is None:
            sys.exit("Could not find a version that satisfies the requirement {name}=={version}".format(**package))
        if best.link.is_file:
            return os.path.getsize(best.link.file_path), False
        try:
            reply = session.head(best.link.url_without_fragment, headers={"Accept-Encoding": "identity"}, timeout=30)
            return int(reply.headers["Content-Length"]) if reply.ok else None, True
        except (RequestException, KeyError, ValueError):
            return None, True

    return size_of


# What a person sees of it


def follow(environment: Environment, groups: "set[str]", words: "list[str]") -> bool:
    """Set up before a person's eyes, and tell whether it was done."""
    if not words and has_display() and not has_terminal():
        import tkinter

        try:
            return SetUpWindow(tkinter.Tk(), lambda: environment.set_up(groups)).show()
        except tkinter.TclError:
            say("The window could not be opened, so the set-up tells how far it is in lines.")
    follow_in_lines(environment.set_up(groups))
    return True


def follow_in_lines(steps: "Steps") -> None:
    import time
    from contextlib import closing

    step, said = "", 0.0
    with closing(steps):
        for sentence, share in steps:
            if share is None and sentence not in ("", step):
                step = sentence
                say(sentence)
            elif share is not None and time.monotonic() - said >= SECONDS_BETWEEN_LINES:
                said = time.monotonic()
                say(sentence)
            time.sleep(0.1)


def has_terminal() -> bool:
    return any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def has_display() -> bool:
    return WINDOWS or sys.platform == "darwin" or bool(os.environ.get("DISPLAY"))


def check_tkinter() -> None:
    """Before anything is downloaded for a window that cannot open."""
    from importlib.util import find_spec

    if find_spec("_tkinter") is not None:
        return
    dotted = "{}.{}".format(*sys.version_info)
    ways = {
        "darwin": "brew install python-tk@" + dotted,
        "win32": 'run the Python installer again, choose "Modify" and tick "tcl/tk"',
    }
    raise Refused(
        "PicTrace's window needs tkinter, which this Python {} lacks. Install it ({}) and start again; commands like "
        '"python3 main.py demo" work without.'.format(
            dotted, ways.get(sys.platform, "Debian, Ubuntu: sudo apt install python3-tk; Fedora: python3-tkinter")
        )
    )


class SetUpWindow:
    """The set-up for a person who clicked: how far it is and, after a failure, why, and a button to try again."""

    def __init__(self, root: "Any", set_up: "Callable[[], Steps]") -> None:
        from tkinter import ttk

        self.root = root
        self.set_up = set_up
        self.done = False
        root.title("PicTrace")
        root.resizable(False, False)
        frame = ttk.Frame(root, padding=20)
        frame.grid()
        self.sentence = ttk.Label(frame, text="PicTrace is being set up.", wraplength=460, width=66)
        self.sentence.grid(sticky="w")
        self.bar = ttk.Progressbar(frame, length=460, mode="indeterminate")
        self.bar.grid(pady=14)
        self.again = ttk.Button(frame, text="Try again", command=self.begin)
        self.again.grid(row=2, sticky="w")
        ttk.Button(frame, text="Cancel", command=root.destroy).grid(row=2, sticky="e")

    def show(self) -> bool:
        self.begin()
        self.root.mainloop()
        self.steps.close()
        return self.done

    def begin(self) -> None:
        self.again.grid_remove()
        self.again.state(["disabled"])  # Unseen it may still have the keyboard.
        self.steps = self.set_up()
        self.advance()

    def advance(self) -> None:
        try:
            sentence, share = next(self.steps)
        except StopIteration:
            self.done = True
            self.root.destroy()
            return
        except Refused as refusal:
            say(str(refusal))
            self.sentence["text"] = str(refusal)
            self.bar.stop()
            self.again.state(["!disabled"])
            self.again.grid()
            self.again.focus_set()
            return
        if sentence:
            self.sentence["text"] = sentence
        if share is None:
            self.bar["mode"] = "indeterminate"
            self.bar.step(3)
        else:
            self.bar.configure(mode="determinate", value=100 * share)
        self.root.after(100, self.advance)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
