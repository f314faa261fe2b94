"""Makes pictures, learns from them, and writes the parameters of the built-in descriptor."""

import argparse
import os
import sys
import time
from pathlib import Path

_LEAST_PICTURES = 8


def main(words: list[str]) -> int:
    # Before numpy loads: with more threads the same numbers would be added in another order.
    for library in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[library] = "1"
    from pictrace.events import Finished
    from pictrace.training.generated import picture
    from pictrace.training.learning import Sizes, learn

    usual = Sizes()
    shipped = Path(__file__).parent.parent / "embedders" / "builtin.npz"
    parser = argparse.ArgumentParser(prog="python -m pictrace.training", description=__doc__)
    parser.add_argument("--pictures", type=int, default=usual.pictures, help="how many to learn from (%(default)s)")
    parser.add_argument("--out", type=Path, default=shipped, help="the file to write (%(default)s)")
    options = parser.parse_args(words)
    if options.pictures < _LEAST_PICTURES:
        parser.error(f"--pictures must be at least {_LEAST_PICTURES}")

    started = time.monotonic()
    for event in learn(picture, Sizes(options.pictures, min(options.pictures, usual.codebook_pictures))):
        seconds = time.monotonic() - started
        if isinstance(event, Finished):
            content = event.result.to_bytes()
            options.out.write_bytes(content)
            sys.stdout.write(f"{options.out}: {len(content):,} bytes after {seconds:.0f} s\n")
        elif event.done % 100 == 0 or event.done == event.total:
            sys.stdout.write(f"{event.step}: {event.done} of {event.total}, {seconds:.0f} s\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
