"""`python -m pictrace` and the `pictrace` script."""

import sys


def main() -> None:
    if sys.argv[1:]:
        from pictrace.cli import run

        sys.exit(run(sys.argv[1:]))
    from pictrace.gui.start import main as open_window

    sys.exit(open_window())


if __name__ == "__main__":
    main()
