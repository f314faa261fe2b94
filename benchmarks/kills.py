"""SIGKILL at random moments of indexing: no committed batch may be lost, and nobody may have to help.

    python -m benchmarks.kills [--pictures 2000] [--kills 50] [--seed 1]

First the whole program is killed again and again, then the worker process alone during one run."""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from pictrace.embedders.builtin import open_builtin
from pictrace.fingerprints import Fingerprints
from pictrace.picture import Digest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Outcome:
    kills: int
    lost: int
    """Fingerprints that were on disk before a kill and not after it, or had to be computed again."""
    indexed: int
    reused: int
    skipped: int

    def holds(self, pictures: int) -> bool:
        return self.lost == 0 and self.skipped == 0 and self.indexed + self.reused == pictures

    def lost_of(self, saved: set[Digest]) -> int:
        """What was saved before this run must have been of use to it."""
        return max(0, len(saved) - self.reused)


def kill_everything(archive: Path, home: Path, kills: int, chance: random.Random, longest: float = 3.0) -> Outcome:
    """A run, killed at a random moment; another; and so on; then one to the end. Whenever all is indexed before
    there were kills enough, it begins anew with nothing remembered."""
    lost = done = 0
    saved: set[Digest] = set()
    while done < kills:
        run = _start(archive, home)
        try:
            run.wait(chance.uniform(0.3, longest))
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            done += 1
            now = _saved(home)
            lost += len(saved - now)
            saved = now
        else:
            lost += _outcome(run, 0, 0).lost_of(saved)
            shutil.rmtree(home)
            saved = set()
    outcome = _outcome(_start(archive, home), kills, lost)
    return replace(outcome, lost=lost + outcome.lost_of(saved))


def kill_the_worker(archive: Path, home: Path, kills: int, chance: random.Random, longest: float = 2.0) -> Outcome:
    """Runs to the end, whose worker is killed at random moments; as many as it takes, each with nothing remembered."""
    lost = done = 0
    while True:
        run = _start(archive, home)
        saved: set[Digest] = set()
        while done < kills and run.poll() is None:
            time.sleep(chance.uniform(0.2, longest))
            for worker in _workers(run.pid):
                os.kill(worker, signal.SIGKILL)
                done += 1
            now = _saved(home)
            lost += len(saved - now)
            saved = now
        outcome = _outcome(run, done, lost)
        if done >= kills:
            return outcome
        shutil.rmtree(home)


def _start(archive: Path, home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "pictrace", "index", str(archive), "--embedder", "builtin", "--json"],
        env=dict(os.environ, PICTRACE_HOME=str(home), PYTHONPATH=str(ROOT)),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _outcome(run: "subprocess.Popen[str]", kills: int, lost: int) -> Outcome:
    output, _ = run.communicate()
    if run.returncode:
        raise SystemExit(f"indexing ended with exit code {run.returncode}")
    report = json.loads(output)
    return Outcome(kills, lost, report["indexed"], report["reused"], len(report["skipped"]))


def _saved(home: Path) -> set[Digest]:
    """What is whole on disk, as any reader sees it."""
    embedder = open_builtin()
    file = home / f"fingerprints-{embedder.name}.pkl"
    fingerprints = Fingerprints(file, embedder.name, embedder.dimensions)
    embedder.close()
    if fingerprints.notices:
        raise SystemExit(f"needs a hand: {fingerprints.notices}")
    return set(fingerprints.digests)


def _workers(parent: int) -> list[int]:
    """Linux tells the children of a process; those of multiprocessing name themselves in their command."""
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        threads = [path.name for path in Path(f"/proc/{parent}/task").iterdir()]
        for thread in threads:
            children += Path(f"/proc/{parent}/task/{thread}/children").read_text().split()
        return [int(child) for child in set(children) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    except OSError:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="pictrace-kills-") as scratch:
        archive = Path(scratch) / "photographs"
        make = [sys.executable, str(ROOT / "benchmarks" / "make_photographs.py"), str(archive)]
        subprocess.run([*make, "--count", str(options.pictures), "--megapixels", "0.3"], check=True)
        for what, kill in (("the whole program", kill_everything), ("the worker alone", kill_the_worker)):
            outcome = kill(archive, Path(scratch) / what.replace(" ", "-"), options.kills, chance)
            verdict = "holds" if outcome.holds(options.pictures) else "BROKEN"
            print(f"{what}: {outcome} of {options.pictures}: {verdict}")


if __name__ == "__main__":
    main()
