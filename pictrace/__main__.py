"""`python -m pictrace` and the `pictrace` script."""

import sys


def main() -> None:
    from pictrace.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
