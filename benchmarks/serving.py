"""Many people search at once.

    python -m benchmarks.serving [--pictures 20000] [--people 50] [--searches 20] [--photographs 40] [--alone 100]

`pictrace serve` runs as a program of its own, over pictures that are remembered and were never read (see crowd.py).
Everybody uploads a photograph of 12 megapixels, waits for the answer and uploads the next one, all at the same time.
Before and after that, the engine answers some of the same queries in one job, with nothing around it: its own queries
a second are the yardstick. Whoever asks is on the same machine, and takes processor time from the service alone.

The memory is that of the service's process and of its worker, when a quarter of all is answered and at the end."""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from io import BytesIO
from itertools import islice
from json import loads
from pathlib import Path

from benchmarks.crowd import FAMILY, make_crowd, photograph_of
from pictrace.embedders.builtin import open_builtin
from pictrace.engine_process import EngineProcess
from pictrace.events import Found
from pictrace.questions import EmbedderChoice, Query, SearchAnswer, SearchOptions
from pictrace.settings import Settings
from pictrace.worker import Verb

ROOT = Path(__file__).resolve().parent.parent
_TOP = 60
_BOUNDARY = "a-photograph"
_HEADERS = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}


class People:
    """Each asks again as soon as the last question is answered."""

    def __init__(self, port: int, service: int, photographs: Sequence[bytes]) -> None:
        self.took: list[float] = []
        self.wrong: list[str] = []
        self.memory: list[dict[str, int]] = []
        """At a quarter of all answers, and at the end."""
        self._port = port
        self._service = service
        self._bodies = [_form(data) for data in photographs]
        self._lock = threading.Lock()

    def ask(self, people: int, searches: int) -> float:
        """How long all of it took."""
        began = time.perf_counter()
        with ThreadPoolExecutor(people) as pool:
            list(pool.map(lambda person: self._ask_again_and_again(person, people, searches), range(people)))
        took = time.perf_counter() - began
        self.memory.append(_memory(self._service))
        return took

    def _ask_again_and_again(self, person: int, people: int, searches: int) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=300)
        for number in range(searches):
            body = self._bodies[(person + number * people) % len(self._bodies)]
            began = time.perf_counter()
            connection.request("POST", "/api/v1/search/upload", body, _HEADERS)
            response = connection.getresponse()
            said = response.read()
            took = time.perf_counter() - began
            with self._lock:
                self.took.append(took)
                if response.status != 200 or len(loads(said)["matches"]) != _TOP:
                    self.wrong.append(f"{response.status}: {said[:200]!r}")
                if len(self.took) == people * searches // 4:
                    self.memory.append(_memory(self._service))
        connection.close()


def measure(options: argparse.Namespace, scratch: Path) -> None:
    settings, archive = Settings(scratch / "home"), scratch / "archive"
    families = options.pictures // FAMILY
    embedder = open_builtin()
    make_crowd(archive, settings, embedder, families)
    embedder.close()
    photographs = [_jpeg(number * 31 % families) for number in range(options.photographs)]
    queries = options.people * options.searches
    within = int(queries * 0.95)
    print(
        f"{families * FAMILY:,} pictures, {options.people} people with {options.searches} searches each, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    own = [_alone(settings, archive, photographs, options.alone)]
    with _service(settings, archive) as (port, service):
        people = People(port, service, photographs)
        took = people.ask(options.people, options.searches)
    own.append(_alone(settings, archive, photographs, options.alone))
    waits = sorted(people.took)
    share = (queries / took) / statistics.mean(own)
    print(f"the engine alone     {own[0]:6.2f} and {own[1]:6.2f} queries a second")
    print(f"the service          {queries / took:6.2f} queries a second: {share:.0%}; at least 80% is wanted")
    print(f"wait for an answer   median {statistics.median(waits):.2f} s, 95% within {waits[within]:.2f} s")
    print(f"errors               {len(people.wrong)}{''.join(f'{chr(10)}  {one}' for one in people.wrong[:5])}")
    for name in people.memory[0]:
        early, late = (memory[name] / 1024 for memory in people.memory)
        print(f"memory, {name:12} {early:6.0f} MB at a quarter, {late:6.0f} MB at the end")


def _alone(settings: Settings, archive: Path, photographs: Sequence[bytes], count: int) -> float:
    """Queries a second in one job, from the first answer to the last."""
    queries = [Query("query", photographs[number % len(photographs)]) for number in range(count + 1)]
    with EngineProcess(settings, EmbedderChoice.BUILTIN) as engine:
        job = engine.start(
            Verb.SEARCH, queries=queries, archives=[str(archive)], options=SearchOptions(_TOP), index_first=False
        )
        answers = (event.answer for event in job if isinstance(event, Found))
        next(answers)
        began = time.perf_counter()
        assert all(isinstance(answer, SearchAnswer) for answer in islice(answers, count))
        return count / (time.perf_counter() - began)


@contextmanager
def _service(settings: Settings, archive: Path) -> Iterator[tuple[int, int]]:
    """The port and the number of its process, once everything is ready."""
    environment = dict(os.environ, PICTRACE_HOME=str(settings.home), PYTHONUNBUFFERED="1")
    command = [sys.executable, "-m", "pictrace", "serve", str(archive), "--port", "0", "--embedder", "builtin"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = re.search(r":(\d+)/", process.stdout.readline())
            assert said is not None
            port = int(said[1])
            while _statistics(port)["indexing"] is not None:
                time.sleep(0.2)
            yield port, process.pid
        finally:
            process.terminate()


def _statistics(port: int) -> dict[str, object]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/v1/statistics")
    found = loads(connection.getresponse().read())
    connection.close()
    assert isinstance(found, dict)
    return found


def _memory(service: int) -> dict[str, int]:
    """Kilobytes in use; nothing where the system does not tell."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "status").read_text()
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        if int(process.name) == service:
            found["service"] = int(facts["VmRSS"].split()[0])
        elif int(facts["PPid"]) == service and b"spawn_main" in command:
            found["its worker"] = int(facts["VmRSS"].split()[0])
    return found


def _jpeg(family: int) -> bytes:
    coded = BytesIO()
    photograph_of(family).save(coded, "JPEG", quality=90)
    return coded.getvalue()


def _form(data: bytes) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photograph.jpg"\r\n\r\n'
    return head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"pictures": 20_000, "people": 50, "searches": 20, "photographs": 40, "alone": 100}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pictrace-serving-") as folder:
        measure(options, Path(folder))


if __name__ == "__main__":
    main()
