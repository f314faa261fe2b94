"""`python -m pictrace` and the `pictrace` script."""

import sys


def main() -> None:
    try:
        if sys.argv[1:]:
            from pictrace.cli import run

            code = run(sys.argv[1:])
        else:
            from pictrace.gui.start import main as open_window

            code = open_window()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
