"""How long does an answer take?

    python -m benchmarks.searching search     [--pictures 20000] [--queries 20]
    python -m benchmarks.searching duplicates [--pictures 10000] [--doublings 1]
    python -m benchmarks.searching start      [--pictures 200] [--times 7]

`search`: a query of 12 megapixels with the closer look, in a running process, beside the time of its parts.
`duplicates`: all groups of so many pictures, and of twice as many: how does the time grow? Missed are copies that are
not found together with the picture that they were made of.
`start`: the command `pictrace search`, from its start to its end, over pictures that are known; beside it a Python that
does nothing.

Pictures are compared by the built-in embedder. The first two remember pictures that they never read: see crowd.py."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.crowd import COPY, FAMILY, ORIGINAL, make_crowd, photograph_of
from pictrace.asked import read_query
from pictrace.embedders.builtin import Builtin, open_builtin
from pictrace.engine import Engine
from pictrace.events import Event, Finished, Found
from pictrace.fetching import FetchLimits
from pictrace.fingerprints import Fingerprints
from pictrace.poses import poses_of
from pictrace.questions import Distrust, DuplicateGroup, EmbedderChoice, IndexReport, Query, SearchOptions
from pictrace.settings import Settings
from pictrace.training.generated import picture
from pictrace.vector_index import cosines

ROOT = Path(__file__).resolve().parent.parent
Times = dict[str, list[float]]


def search(options: argparse.Namespace, scratch: Path) -> None:
    settings, archive = Settings(scratch / "home"), scratch / "archive"
    families = options.pictures // FAMILY
    embedder = open_builtin()
    make_crowd(archive, settings, embedder, families)
    fingerprints = Fingerprints(settings.fingerprints(embedder.name), embedder.name, embedder.dimensions)
    photographs = [_jpeg(photograph_of(number * 31 % families)) for number in range(options.queries + 1)]
    whole: list[float] = []
    parts: Times = defaultdict(list)
    with Engine(settings, EmbedderChoice.BUILTIN) as engine:
        print(f"{_known(engine.index([str(archive)])):,} pictures, {options.queries} queries, load {_load()}")
        for data in photographs:
            began = time.perf_counter()
            answered = engine.search([Query("query", data)], [str(archive)], SearchOptions(), index_first=False)
            list(answered)
            whole.append(time.perf_counter() - began)
            _time_parts(data, embedder, fingerprints, parts)
    parts["candidates, closer look, order"] = [
        whole[one] - sum(times[one] for times in parts.values()) for one in range(len(whole))
    ]
    print(f"{'':34} {'median':>9} {'slowest':>9}")
    for name, times in {"search": whole, **{f"  {name}": times for name, times in parts.items()}}.items():
        warm = times[1:]
        print(f"{name:34} {statistics.median(warm) * 1000:6.0f} ms {max(warm) * 1000:6.0f} ms")
    print(f"{statistics.median(whole[1:]):.2f} s; at most 0.4 s is wanted")
    embedder.close()


def _time_parts(data: bytes, embedder: Builtin, fingerprints: Fingerprints, parts: Times) -> None:
    """The first steps of a search once more, one by one."""
    began = time.perf_counter()
    query = _result(read_query(Query("query", data), None, FetchLimits(1 << 29), Distrust()))
    read = time.perf_counter()
    poses = poses_of(query.pixels, embedder, turned=True)
    embedded = time.perf_counter()
    poses.best(cosines(fingerprints.matrix, fingerprints.rows(list(fingerprints.digests)), poses.vectors))
    parts["reading the query"].append(read - began)
    parts["fingerprints of its poses"].append(embedded - read)
    parts["cosines"].append(time.perf_counter() - embedded)


def duplicates(options: argparse.Namespace, scratch: Path) -> None:
    settings, families = Settings(scratch / "home"), options.pictures // FAMILY
    folders = [scratch / f"part {number}" for number in range(1 << options.doublings)]
    embedder = open_builtin()
    for number, folder in enumerate(folders):
        make_crowd(folder, settings, embedder, families, number * families)
    embedder.close()
    grew = f"{'grew by':>8}"
    print(
        f"{'pictures':>8} {'time':>9} {grew} {'processor':>10} {grew} {'groups':>7} {'missed':>7} {'load before':>12}"
    )
    before: tuple[float, float] | None = None
    for doubling in range(options.doublings + 1):
        some, load = [str(folder) for folder in folders[: 1 << doubling]], _load()
        began, worked = time.perf_counter(), time.process_time()
        with Engine(settings, EmbedderChoice.BUILTIN) as engine:
            events = list(engine.duplicates(some))
        now = time.perf_counter() - began, time.process_time() - worked
        groups = [event.answer for event in events if isinstance(event, Found)]
        wall, processor = ["", ""] if before is None else [f"{a / b:.2f}x" for a, b in zip(now, before, strict=True)]
        times = f"{now[0]:7.1f} s {wall:>8} {now[1]:8.1f} s {processor:>8}"
        missed = families * len(some) - _copies_found(groups)
        print(f"{_known(iter(events)):8,} {times} {len(groups):7,} {missed:7,} {load:>5}", flush=True)
        before = now
    print("less than 2.5x is wanted")


def _copies_found(groups: Sequence[DuplicateGroup]) -> int:
    """Speed must not be bought with what is not found."""
    found = 0
    for group in groups:
        members = {(member.picture.archive, member.picture.name) for member in group.members}
        found += sum(
            (archive, COPY + name.removeprefix(ORIGINAL)) in members
            for archive, name in members
            if name.startswith(ORIGINAL)
        )
    return found


def start(options: argparse.Namespace, scratch: Path) -> None:
    archive = scratch / "archive"
    archive.mkdir()
    for number in range(options.pictures):
        Image.fromarray(picture(number, 128)).save(archive / f"{number:04}.jpg")
    environment = dict(os.environ, PICTRACE_HOME=str(scratch / "home"))
    pictrace = [sys.executable, "-m", "pictrace"]
    query = [str(archive / "0007.jpg"), "--in", str(archive), "--embedder", "builtin"]
    commands = {
        "a Python that does nothing": [sys.executable, "-c", "pass"],
        "pictrace --version": [*pictrace, "--version"],
        "the worker's imports": [sys.executable, "-c", "import pictrace.engine"],
        "pictrace search": [*pictrace, "search", *query],
    }
    times: Times = defaultdict(list)
    for _turn in range(options.times + 1):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
            times[name].append(time.perf_counter() - began)
    print(f"{options.pictures} pictures, load {_load()}")
    for name, measured in times.items():  # the first search has indexed
        print(f"{name:28} {statistics.median(measured[1:]):5.2f} s")


def _known(events: Iterator[Event]) -> int:
    """How many pictures were remembered: all of them, or what is measured is something else."""
    (report,) = [event.result for event in events if isinstance(event, Finished)]
    assert isinstance(report, IndexReport)
    if report.indexed or report.skipped:
        raise SystemExit(f"not everything was known: {report.indexed} new, {len(report.skipped)} passed over")
    return report.reused


def _result(work: Any) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def _jpeg(image: Image.Image) -> bytes:
    coded = BytesIO()
    image.save(coded, "JPEG", quality=90)
    return coded.getvalue()


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    for verb, numbers in (
        (search, {"pictures": 20_000, "queries": 20}),
        (duplicates, {"pictures": 10_000, "doublings": 1}),
        (start, {"pictures": 200, "times": 7}),
    ):
        words = verbs.add_parser(verb.__name__)
        for name, default in numbers.items():
            words.add_argument(f"--{name}", type=int, default=default)
        words.set_defaults(verb=verb)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pictrace-searching-") as folder:
        options.verb(options, Path(folder))


if __name__ == "__main__":
    main()
