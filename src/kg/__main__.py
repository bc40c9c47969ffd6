"""The command `kg`, which is also `python -m kg`."""

import sys

from kg.allocator import begin_anew


def main() -> None:
    """Run the command line, with the better allocator where the system has one.

    The web process stays with glibc's, which keeps half the memory there (`kg.server`).
    """
    if "serve" not in sys.argv:
        begin_anew()
    from kg.cli import main as run  # what it needs is loaded once

    run()


if __name__ == "__main__":
    main()
