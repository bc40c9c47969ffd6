"""The command `kg`, which is also `python -m kg`."""

from kg.allocator import begin_anew


def main() -> None:
    """Run the command line, with the better allocator where the system has one."""
    begin_anew()
    from kg.cli import main as run  # what it needs is loaded once

    run()


if __name__ == "__main__":
    main()
