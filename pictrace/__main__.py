"""`python -m pictrace` and the `pictrace` script."""

import sys


def main() -> None:
    try:
        from pictrace.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
